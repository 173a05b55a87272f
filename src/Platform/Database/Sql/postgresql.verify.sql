-- Everything that is counted, made again from the completions and compared with what is stored. One snapshot, read-only; a row for each
-- difference: what, where, what the completions say, what is stored.
with counted as (
  select learner_id,
    (array_agg(tenant_id order by completed_at desc, tenant_id desc, audience desc))[1] as tenant_id,
    (array_agg(audience order by completed_at desc, tenant_id desc, audience desc))[1] as audience,
    (array_agg(course_id order by completed_at, course_id))[1] as course_id,
    min(completed_at) as first_at, max(completed_at) as latest_at, min(completed_at) filter (where passed) as achieved_at
  from completions where voided_at is null group by learner_id),
names as (select * from unnest(array[1, 2, 3, 4, 5, 6, 7], array['PublicSector', 'Students', 'Workers', 'Citizens', 'CommunityTeams', 'DigitalAmbassadors', 'Schools']) n(audience, name)),
cells as (
  select tenant_id, date_trunc('month', completed_at at time zone 'Asia/Ho_Chi_Minh')::date as month, audience, course_id, 1 as completions, 0 as learners, passed::int as passed
  from completions where voided_at is null
  union all
  select tenant_id, date_trunc('month', first_at at time zone 'Asia/Ho_Chi_Minh')::date, audience, course_id, 0, 1, 0 from counted),
facts as (
  select tenant_id, month, name as audience, course_id, sum(completions) as completions, sum(learners) as learners, sum(passed) as passed
  from cells join names using (audience) group by 1, 2, 3, 4),
years as (
  select tenant_id, audience, extract(year from first_at at time zone 'Asia/Ho_Chi_Minh')::int as year, 1 as learners, 0 as achieved from counted
  union all
  select tenant_id, audience, extract(year from achieved_at at time zone 'Asia/Ho_Chi_Minh')::int, 0, 1 from counted where achieved_at is not null),
totals as (
  select tenant_id, name as audience, year, sum(learners) as learners, sum(achieved) as achieved from years join names using (audience) group by 1, 2, 3)
select 'fact', coalesce((select code from localities l where l.id = tenant_id), '?') || concat_ws(' ', '', month, audience, (select code from courses c where c.id = course_id)),
  concat_ws('/', coalesce(e.completions, 0), coalesce(e.learners, 0), coalesce(e.passed, 0)), concat_ws('/', coalesce(f.completions, 0), coalesce(f.learners, 0), coalesce(f.passed, 0))
from facts e full join completion_facts f using (tenant_id, month, audience, course_id)
where (coalesce(e.completions, 0), coalesce(e.learners, 0), coalesce(e.passed, 0)) <> (coalesce(f.completions, 0), coalesce(f.learners, 0), coalesce(f.passed, 0))
union all
select 'total', coalesce((select code from localities l where l.id = tenant_id), '?') || concat_ws(' ', '', audience, year),
  concat_ws('/', coalesce(e.learners, 0), coalesce(e.achieved, 0)), concat_ws('/', coalesce(t.learners, 0), coalesce(t.achieved, 0))
from totals e full join audience_totals t using (tenant_id, audience, year)
where (coalesce(e.learners, 0), coalesce(e.achieved, 0)) <> (coalesce(t.learners, 0), coalesce(t.achieved, 0))
union all
select 'learner', coalesce(e.learner_id, l.id)::text, case when e.learner_id is null then 'not counted' else (e.tenant_id, e.audience, e.course_id, e.first_at, e.latest_at, e.achieved_at)::text end,
  case when l.id is null then 'missing' when not l.counts then 'not counted' else (l.tenant_id, l.audience, l.first_course_id, l.first_at, l.latest_at, l.achieved_at)::text end
from counted e full join learners l on l.id = e.learner_id
where (e.learner_id is null) is distinct from (l.id is null or not l.counts)
  or (e.learner_id is not null and (e.tenant_id, e.audience, e.course_id, e.first_at, e.latest_at, e.achieved_at)
    is distinct from (l.tenant_id, l.audience, l.first_course_id, l.first_at, l.latest_at, l.achieved_at))
union all
select 'name', i.id::text, 'a learner', 'none' from learner_identities i where not exists (select 1 from learners l where l.id = i.learner_id)
union all
select 'version', v.vendor_id || ' ' || v.external_id, 'a present revision above ' || v.revision, coalesce(c.revision::text, 'none')
from completion_versions v left join completions c using (vendor_id, external_id) where c.revision is null or c.revision <= v.revision
