# Redmine as its package has it, with a clock that a request can set.
#
# Belongs here: reading the instant of a request and showing it to what the request runs, the rule
# of Redmine that the sample company's history breaks, and the end of the process.
# Does not belong here: data. Redmine's own files are not touched.

require File.join(ENV.fetch('REDMINE_ROOT'), 'config', 'environment')

# Within a request that names an instant, Ruby's clocks show it; outside they show the real time.
module Instant
  HEADER = 'HTTP_X_TEST_INSTANT'

  def self.now
    Thread.current[:test_instant]
  end

  # Sets the clock for the time of one request.
  class Middleware
    def initialize(app)
      @app = app
    end

    def call(env)
      Thread.current[:test_instant] = env[HEADER] && Time.iso8601(env[HEADER])
      @app.call(env)
    ensure
      Thread.current[:test_instant] = nil
    end
  end

  # Time.now
  module OfTime
    def now(**options)
      Instant.now ? Time.at(Instant.now, **options) : super
    end
  end

  # Date.today
  module OfDate
    def today(*arguments)
      Instant.now ? Instant.now.to_date : super
    end
  end

  # DateTime.now
  module OfDateTime
    def now(*arguments)
      Instant.now ? Instant.now.to_datetime : super
    end
  end
end
Time.singleton_class.prepend(Instant::OfTime)
Date.singleton_class.prepend(Instant::OfDate)
DateTime.singleton_class.prepend(Instant::OfDateTime)

# The sample company closes an epic whose stories go on. Redmine lets nobody do so in its own pages,
# though imports and older versions left such items behind in many real trackers.
module AnyOrder
  def closable?
    true
  end

  def reopenable?
    true
  end

  def validate_issue
    super
    errors.delete(:base, :open_issue_with_closed_parent)
  end
end
Issue.prepend(AnyOrder)

# Every request would write two kilobytes.
Rails.logger.level = Logger::WARN

# The server ends with the test that started it, however that ends: its input closes.
Thread.new do
  $stdin.read
  Process.kill('TERM', Process.pid)
end

use Instant::Middleware
run Rails.application
