-- Cuts every row of one learner ({0}) from the person, in all communes and of all vendors, and gives them to a learner whom nobody knows ({1}).
-- What is counted stays: commune, course, group, month, passed, score, revision. Moments keep their order and their month, nothing else of
-- them; ids and words go. One statement, so that each part sees the rows as they were.
with moments as materialized (
  select at, platform_month(at) + dense_rank() over (order by at) * interval '1 second' as shown
  from (select completed_at as at from completions where learner_id = {0} union select confirmed_at from confirmations where learner_id = {0}) m),
mine as materialized (
  select c.vendor_id, c.external_id, 'erased:' || gen_random_uuid() as new_id, m.shown
  from completions c join moments m on m.at = c.completed_at where c.learner_id = {0}),
said as materialized (
  select v.vendor_id, v.external_id, v.revision, m.new_id
  from completion_versions v join mine m on m.vendor_id = v.vendor_id and m.external_id = v.external_id
  union all
  select v.vendor_id, v.external_id, v.revision, v.external_id from completion_versions v
  where v.learner_id = {0} and not exists (select 1 from mine m where m.vendor_id = v.vendor_id and m.external_id = v.external_id)),
versions as (
  update completion_versions v set learner_id = {1}, external_id = s.new_id, completed_at = platform_month(v.completed_at), received_at = platform_month(v.received_at),
    reason = null, voided_at = platform_month(v.voided_at), void_reason = null, replaced_at = platform_month(v.replaced_at)
  from said s where v.vendor_id = s.vendor_id and v.external_id = s.external_id and v.revision = s.revision),
recorded as (
  update confirmations k set id = gen_random_uuid(), learner_id = {1}, confirmed_at = m.shown, reference = null, recorded_at = platform_month(k.recorded_at),
    withdrawn_at = platform_month(k.withdrawn_at), withdrawal_reason = null
  from moments m where k.learner_id = {0} and m.at = k.confirmed_at),
learner as (
  update learners l set id = {1},
    first_at = coalesce((select shown from moments where at = l.first_at), platform_month(l.first_at)),
    latest_at = coalesce((select shown from moments where at = l.latest_at), platform_month(l.latest_at)),
    achieved_at = coalesce((select shown from moments where at = l.achieved_at), platform_month(l.achieved_at)),
    confirmed_at = coalesce((select shown from moments where at = l.confirmed_at), platform_month(l.confirmed_at)),
    units = (
      select string_agg(u.unit || int8send((extract(epoch from coalesce(m.shown, platform_month(u.at))) * 1000000)::bigint), '' order by u.n)
      from (
        select n, substring(l.units from n * 9 + 1 for 1) as unit,
          timestamptz 'epoch' + ('x' || encode(substring(l.units from n * 9 + 2 for 8), 'hex'))::bit(64)::bigint * interval '1 microsecond' as at
        from generate_series(0, length(l.units) / 9 - 1) n) u
      left join moments m on m.at = u.at)
  where l.id = {0})
update completions c set learner_id = {1}, external_id = m.new_id, completed_at = m.shown, received_at = platform_month(c.received_at), reason = null,
  voided_at = platform_month(c.voided_at), void_reason = null
from mine m where c.vendor_id = m.vendor_id and c.external_id = m.external_id
