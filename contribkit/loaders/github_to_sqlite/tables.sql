-- What is read of a database that github-to-sqlite made, with names in the place of ids. A view raw_TABLE has the columns
-- that are used of a table, null where the file lacks them; repository_in and thread_in read an address.

-- Repositories by id: from the table repos, else from addresses, which do not tell whether one is private.
create temp table names (id not null primary key, repo not null, private);
insert or ignore into names select id, full_name, private from raw_repos;
insert or ignore into names select repo, repository_in(url), null from raw_pull_requests;
insert or ignore into names select repo, repository_in(html_url), null from raw_releases;
insert or ignore into names select repo, repository_in(pull_request), null from raw_issues;
insert or ignore into names
select issue.repo, repository_in(comment.issue_url), null
from raw_issue_comments comment join raw_issues issue on issue.id = comment.issue;
create index temp.names_by_repo on names (repo);

create temp view repos as
select raw.fork, raw.created_at, 'repository' as kind, names.repo as ref, names.repo, coalesce(names.private, 1) as private,
       names.repo as title, 'https://github.com/' || names.repo as url
from raw_repos raw left join names on names.id = raw.id;

create temp view users as select login, type from raw_users;

-- What a search found is kept in the shape of issues, with the merge inside.
create temp view pull_requests as
select 'pull_requests' as "table", 'pull_request' as kind, names.repo || '#' || pull.number as ref, names.repo,
       coalesce(names.private, 1) as private, pull.number, pull.title, pull.body, pull.state, author.login as author,
       pull.author_association, pull.created_at, pull.updated_at, pull.closed_at,
       coalesce(pull.url, 'https://github.com/' || names.repo || '/pull/' || pull.number) as url,
       coalesce(
         pull.merged_at, case when json_valid(pull.pull_request) then json_extract(pull.pull_request, '$.merged_at') end
       ) as merged_at,
       merger.login as merged_by, pull.additions, pull.deletions, null as closed_by,
       (select json_group_array(name)
        from (select label.name
              from raw_labels_pull_requests pair join raw_labels label on label.id = pair.labels_id
              where pair.pull_requests_id = pull.id
              order by pair.rowid)) as labels
from raw_pull_requests pull
left join names on names.id = pull.repo
left join raw_users author on author.id = pull.user
left join raw_users merger on merger.id = pull.merged_by;

create temp view issues as
select 'issues' as "table",
       case when issue.pull_request is not null or issue.type = 'pull' then 'pull_request' else 'issue' end as kind,
       names.repo || '#' || issue.number as ref, names.repo, coalesce(names.private, 1) as private, issue.number,
       issue.title, issue.body, issue.state, author.login as author, issue.author_association,
       issue.created_at, issue.updated_at, issue.closed_at, 'https://github.com/' || names.repo ||
       case when issue.pull_request is not null or issue.type = 'pull' then '/pull/' else '/issues/' end || issue.number as url,
       null as merged_at, null as merged_by, null as additions,
       null as deletions, case when json_valid(issue.closed_by) then json_extract(issue.closed_by, '$.login') end as closed_by,
       (select json_group_array(name)
        from (select label.name
              from raw_issues_labels pair join raw_labels label on label.id = pair.labels_id
              where pair.issues_id = issue.id
              order by pair.rowid)) as labels
from raw_issues issue
left join names on names.id = issue.repo
left join raw_users author on author.id = issue.user;

-- The thread of a comment: by the id of the issue, which survives renaming, else by address.
create temp view issue_comments as
select comment.id as comment_id, comment.ref, substr(comment.ref, 1, instr(comment.ref, '#') - 1) as repo,
       coalesce((select max(coalesce(names.private, 1)) from names
                 where names.repo = substr(comment.ref, 1, instr(comment.ref, '#') - 1)), 1) as private,
       author.login as author, comment.body, comment.html_url as url, comment.created_at, comment.updated_at
from (select raw.*, coalesce(names.repo || '#' || issue.number, thread_in(raw.issue_url)) as ref
      from raw_issue_comments raw
      left join raw_issues issue on issue.id = raw.issue
      left join names on names.id = issue.repo) comment
left join raw_users author on author.id = comment.user;

create temp view releases as
select 'release' as kind, names.repo || '@' || raw.tag_name as ref, names.repo, coalesce(names.private, 1) as private,
       coalesce(nullif(raw.name, ''), raw.tag_name) as title, raw.body, author.login as author, raw.html_url as url,
       raw.published_at, raw.draft
from raw_releases raw
left join names on names.id = raw.repo
left join raw_users author on author.id = raw.author;

create temp view commits as
select 'commit' as kind, names.repo || '@' || raw.sha as ref, names.repo, coalesce(names.private, 1) as private,
       substr(raw.sha, 1, 9) as id, substr(raw.message, 1, instr(raw.message || char(10), char(10)) - 1) as title,
       raw.message as body, author.login as author, raw.author_date,
       'https://github.com/' || names.repo || '/commit/' || raw.sha as url
from raw_commits raw
left join names on names.id = raw.repo
left join raw_users author on author.id = raw.author;
