# Fills what Redmine's REST API cannot make, once, in the empty database of a test.
#
# Belongs here: settings, statuses, trackers, workflow, role, custom fields, the administrator with
# the API key, a group that may do everything, and where the numbers of records begin.
# Does not belong here: people, projects, issues and time (they go in through the API).
# Reads JSON from standard input, prints nothing but a line READY.

require 'json'

plan = JSON.parse($stdin.read)

{
  'rest_api_enabled' => '1', 'login_required' => '1', 'default_language' => 'en',
  'issue_group_assignment' => '1',
  'notified_events' => [], 'cross_project_subtasks' => 'system', 'plain_text_mail' => '1',
  'parent_issue_dates' => 'independent', 'parent_issue_priority' => 'independent',
  'parent_issue_done_ratio' => 'independent',
  'default_projects_modules' => %w[issue_tracking time_tracking],
  'default_issue_start_date_to_creation_date' => '0', 'gravatar_enabled' => '0'
}.each { |name, value| Setting.send("#{name}=", value) }

statuses = plan['statuses'].map do |name, is_closed|
  IssueStatus.create!(name: name, is_closed: is_closed)
end
trackers = plan['trackers'].map do |name|
  Tracker.create!(name: name, default_status: statuses.first)
end
IssuePriority.create!(name: 'Normal', is_default: true)
TimeEntryActivity.create!(name: 'Work', is_default: true)

role = Role.new(name: 'Everything', assignable: true, issues_visibility: 'all',
                users_visibility: 'all', time_entries_visibility: 'all')
role.permissions = role.setable_permissions.map(&:name)
role.save!
looking = Role.new(name: 'Looking', issues_visibility: 'all', users_visibility: 'all',
                   time_entries_visibility: 'all')
looking.permissions = %i[view_issues view_time_entries]
looking.save!
trackers.each do |tracker|
  statuses.permutation(2).each do |from, to|
    WorkflowTransition.create!(tracker: tracker, role: role, old_status: from, new_status: to)
  end
  statuses.each do |to|
    WorkflowTransition.create!(tracker: tracker, role: role, old_status_id: 0, new_status: to)
  end
end

{ 'goals_field' => 'string', 'points_field' => 'float' }.each do |name, format|
  IssueCustomField.create!(name: plan[name], field_format: format, is_for_all: true,
                           is_filter: true, visible: true, trackers: trackers)
end
UserCustomField.create!(name: plan['employee_number_field'], field_format: 'string', visible: true)

robot = User.find_by_login('admin')
robot.login = plan['robot']['login']
robot.firstname, robot.lastname = plan['robot'].values_at('firstname', 'lastname')
robot.mail = plan['robot']['mail']
robot.must_change_passwd = false
robot.created_on = plan['robot']['created_on']
robot.save!(validate: false)
Token.where(user_id: robot.id, action: 'api').delete_all
Token.create!(user: robot, action: 'api').update_columns(value: plan['key'])

# SQLite numbers on from the greatest number: a row that belongs to no project, and so is never shown,
# stands before the first issue and the first time entry, and the group before the first account.
before = plan['begin_after']
group = Group.create!(id: before['users'], lastname: plan['group'])
Issue.insert({ id: before['issues'], root_id: before['issues'], lft: 1, rgt: 2, project_id: 0,
               tracker_id: 0, status_id: 0, priority_id: 0, author_id: 0, subject: '-' })
TimeEntry.insert({ id: before['time_entries'], project_id: 0, user_id: 0, author_id: 0,
                   activity_id: 0, hours: 0, spent_on: '2000-01-01', tyear: 2000, tmonth: 1,
                   tweek: 1, created_on: '2000-01-01', updated_on: '2000-01-01' })
puts "READY group=#{group.id} role=#{role.id} looking=#{looking.id}"
