"""Names of the sample company's people, as frequent and as varied as in a company of several lands.

Belongs here: given and family names, how often each is drawn, their plain letters. Does not belong
here: how accounts write them (`accountnames`).
"""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


GIVEN: Final = _listed(
    """
    Anna Michael Maria Thomas Andreas Peter Christian Katharina Alexander Julia Daniel Stefan
    Christina Matthias Elisabeth Sebastian Johannes Susanne Benjamin David Robert William James
    Elizabeth Jennifer Christopher Matthew Patricia Richard Joseph Samuel Catherine Edward Anthony
    Priya Rahul Anjali Arjun Wei Mei Hiroshi Yuki Kenji Sakura Minh Linh José Antonio Carmen
    Francisco Ana Luís João Inês Giulia Marco Chiara Lorenzo Sofía Lucía Diego Mateo Valentina
    Mehmet Ayşe Elif Emre Yusuf Zeynep Çağlar Gülşen Olga Dmitri Tatiana Yevgeny Mikhail Natalia
    Jürgen Günther Jörg Björn Sören Søren Åsa Märta Zoë René Renée Hélène François Benoît Chloé
    Łukasz Małgorzata Agnieszka Paweł Katarzyna Tomáš Jiří Zdeněk Ondřej Eszter László Zsófia
    Ahmed Mohammed Fatima Amina Layla Omar Kemi Chidi Ngozi Kwame Abena Tunde Grace Faith Hans
    Hans-Peter Anna-Lena Marie-Claire Jean-Luc Karl-Heinz Wolfgang Ulrike Ulrich Heinrich Friedrich
    Franziska Magdalena Margarete Maximilian Leonard Konstantin Philipp Patrick Nicholas Rebecca
    Samantha Victoria Vincent Theodor Theresa Timothy Kenneth Gregory Nathaniel Olivia Emma Noah
    Oscar Freya Ingrid Lars Nils Maja Otto Clara Ada Bruno Tara Rosa Vera Uwe Sven Quentin Xenia
    Farid Nadia Ines Hiro Jonas Ben Emil Ida Alma Hugo Leo Nora Ruth Simon Tobias Vanessa Yvonne
    Werner Doris Erika Gerd Heike Kai Lutz Monika Norbert Petra Rainer Silke Udo Verena
    """
)
"""From the more to the less frequent."""

_COMMON: Final = _listed(
    """
    Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter
    Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner
    Krause Lehmann Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller
    Weiß Jung Hahn Keller Vogel Friedrich Günther Frank Berger Winkler Roth Beck Lorenz Baumann
    Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker
    White Roberts Green Hall Wood Clarke Patel Singh Kumar Sharma Gupta Khan Ali Ahmed Chen Wang Li
    Zhang Liu Nguyen Tran Le Pham Tanaka Sato Suzuki Ito Watanabe Kim Lee Park García Fernández
    González Rodríguez López Martínez Sánchez Pérez Gómez Silva Santos Ferreira Pereira Oliveira
    Rossi Russo Ferrari Esposito Bianchi Yılmaz Kaya Demir Çelik Şahin Öztürk Nowak Kowalski
    Wiśniewski Novák Svoboda Dvořák Kovács Szabó Nagy Hansen Jensen Nielsen Jørgensen Sørensen Berg
    Andersson Johansson Karlsson Lindström Okafor Adeyemi Mensah Ibrahim Hassan Dubois Moreau
    """
)
_RARE: Final = (
    "O'Neill",
    "O'Brien",
    "van den Berg",
    "de Vries",
    "von der Heide",
    "de la Cruz",
    "García López",
    "Meyer-Schmidt",
    "Braun-Fischer",
    "Santos Pereira",
    "van Dijk",
    "El Amrani",
)
_BEGINNINGS: Final = _listed(
    """
    Acker Alt Birken Brunn Dorn Eber Eichen Falken Fels Grün Hasel Hohen Kalten Kirch Kreuz Linden
    Löwen Mittel Neu Ober Rosen Sand Schön Stein Tannen Unter Wald Weiden Winter Wolfs
    """
)
_ENDINGS: Final = _listed(
    "bach berg brunner dorf eck egger feld hauser hofer holz kamp mann meier müller reuter rieder "
    "stätter stein thaler wald weiler"
)
FAMILY: Final = (*_COMMON, *_RARE, *(a + b for a in _BEGINNINGS for b in _ENDINGS))
"""From the more to the less frequent; the last hundreds are made of two words, as many are."""

_TWINS_EACH: Final = 150
"""One in so many people has the full name of somebody else."""
_PLAIN: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "ł": "l", "ı": "i"}
)


def draw(rng: np.random.Generator, n: int) -> tuple[list[str], list[str]]:
    """Given and family names of `n` people; two of every 150 or so have one name."""
    given = rng.choice(np.array(GIVEN, dtype=object), n, p=_shares(len(GIVEN)))
    family = rng.choice(np.array(FAMILY, dtype=object), n, p=_shares(len(FAMILY)))
    order = rng.permutation(n)
    for one, other in zip(order[: max(1, n // _TWINS_EACH)], order[::-1], strict=False):
        given[one], family[one] = given[other], family[other]
    return given.tolist(), family.tolist()


def plain(name: str) -> str:
    """A name in the letters of an e-mail address: lower case, ä as ae, no accents, no blanks."""
    lowered = name.lower().translate(_PLAIN)
    bare = unicodedata.normalize("NFKD", lowered)
    return "".join(c for c in bare if c.isascii() and (c.isalnum() or c == "-"))


def _shares(n: int) -> np.ndarray:
    """The tenth name is drawn about four times as often as the hundredth."""
    weights = 1 / (np.arange(n) + 8) ** 0.65
    return weights / weights.sum()
