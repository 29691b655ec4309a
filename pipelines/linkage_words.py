"""Words of names: titles, particles, what says that an account is nobody's, short forms.

Belongs here: lists of words, lower case. Does not belong here: what is done with them
(`linkage_names`).
"""

from __future__ import annotations

from typing import Final


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


TITLES: Final = _listed(
    "dr prof mr mrs ms mx sir herr frau dipl ing phd md mba msc bsc jr sr ii iii iv"
)
PARTICLES: Final = _listed(
    "van von der den de del della di da dos das do du la le el al bin ibn ter ten zu zum af"
)
OUTSIDE: Final = _listed(
    "ext extern external externe contractor consultant freelancer freelance agency vendor supplier "
    "partner guest temp temporary beratung"
)
MACHINE: Final = _listed(
    "bot robot automation automat service svc system jenkins api integration noreply webhook sync "
    "importer deploy build ci admin administrator jira slack github monitoring scheduler "
    "test"
)

FREE_MAIL: Final = _listed(
    "gmail.com googlemail.com gmx.de gmx.net gmx.at web.de outlook.com hotmail.com live.com "
    "yahoo.com yahoo.de icloud.com me.com proton.me protonmail.com posteo.de t-online.de "
    "mailbox.org aol.com freenet.de orange.fr free.fr wp.pl qq.com 163.com"
)
"""Where people have private addresses."""

SHORT_FORMS: Final = {
    "aleksander": "alex sasha sascha olek",
    "alexander": "alex sasha sascha xander lex",
    "alexandra": "alex sasha sascha sandra",
    "andreas": "andi andy",
    "andrew": "andy drew",
    "anthony": "tony",
    "antonio": "toni tony",
    "barbara": "babsi barb",
    "benjamin": "ben benni benny",
    "bernhard": "bernd",
    "catherine": "cathy kate katie",
    "charles": "charlie chuck",
    "christian": "chris christi",
    "christina": "chris tina chrissi",
    "christine": "chris tina",
    "christopher": "chris kit",
    "daniel": "dan danny dani",
    "daniela": "dani",
    "david": "dave",
    "dmitri": "dima mitya",
    "edward": "ed eddie ted",
    "elisabeth": "lisa elli liz beth sissi",
    "elizabeth": "liz lizzy beth betty eliza",
    "emmanuel": "manu",
    "francisco": "paco pancho",
    "franziska": "franzi",
    "frederik": "fred freddy",
    "friedrich": "fritz fred",
    "gabriele": "gabi",
    "gregory": "greg",
    "guillermo": "memo",
    "heinrich": "heiner heinz",
    "ignacio": "nacho",
    "james": "jim jimmy jamie",
    "jennifer": "jen jenny",
    "johannes": "hannes jo johann",
    "john": "jack johnny",
    "jonathan": "jon johnny",
    "joseph": "joe joey",
    "jose": "pepe",
    "josephine": "josie josi",
    "julian": "jules",
    "katharina": "kathi katja kati",
    "katherine": "kate kathy katie kat",
    "kenneth": "ken kenny",
    "konstantin": "kostja",
    "lawrence": "larry",
    "leonard": "leo len",
    "magdalena": "lena magda",
    "manuel": "manu",
    "manuela": "manu",
    "margarete": "grete gretel",
    "margaret": "maggie meg peggy",
    "maria": "mia mitzi",
    "matthew": "matt",
    "matthias": "matze hias",
    "maximilian": "max",
    "mehmet": "memo",
    "michael": "mike michi mick micha",
    "michelle": "shelly",
    "mikhail": "misha",
    "mohammed": "mo",
    "natalia": "natasha",
    "nathaniel": "nate nat",
    "nicholas": "nick nico",
    "nikolaus": "niko klaus nico",
    "olivia": "liv",
    "pamela": "pam",
    "patricia": "pat patty tricia",
    "patrick": "pat paddy",
    "peter": "pete",
    "philip": "phil",
    "philipp": "phil",
    "rebecca": "becky becca",
    "richard": "rick dick rich richie",
    "robert": "bob rob bobby robbie",
    "ronald": "ron",
    "samantha": "sam",
    "samuel": "sam sammy",
    "sebastian": "basti seb",
    "stefan": "steff",
    "stefanie": "steffi",
    "stephen": "steve",
    "steven": "steve",
    "susanne": "susi sanne",
    "susan": "sue susie",
    "theodor": "theo",
    "theodore": "ted theo",
    "theresa": "resi tess",
    "thomas": "tom tommy",
    "timothy": "tim",
    "ulrich": "uli",
    "ulrike": "uli ulli",
    "valentina": "vale tina",
    "victoria": "vicky tori",
    "vincent": "vince vinnie",
    "vladimir": "vova",
    "william": "bill will billy liam",
    "wolfgang": "wolf",
    "yevgeny": "zhenya",
}
"""A name and its short forms: such as colleagues call each other by, in the languages of offices
that we know. A missing pair costs a review and never a wrong match."""
