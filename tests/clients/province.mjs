// What a province asks, asked by plain fetch: every client must find the same. The service is at PLATFORM_ADDRESS, the caller's token in
// PLATFORM_TOKEN. A client file hands proves() one function per question, written as that client's own documentation would have it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

export const service = `${process.env.PLATFORM_ADDRESS}/odata`;
export const token = process.env.PLATFORM_TOKEN;
export const headers = { Authorization: `Bearer ${token}`, 'Accept-Language': 'en' };

export const progressFields = ['LocalityCode', 'LocalityName', 'Title', 'Year', 'Numerator', 'Denominator', 'Percent', 'TargetValue', 'Status'];
export const taskFields = ['LocalityCode', 'Number', 'Title'];
export const pageSize = 20;

const read = async (path, options) => {
  const answer = await fetch(`${service}/${path}?${new URLSearchParams(options)}`, { headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
};

const everyone = {
  progress: () => read('TargetProgress', { $filter: "ProvinceCode eq '19' and LocalityCode ne '19'", $select: progressFields.join() }),
  learners: () => read('CompletionFacts', { $apply: 'groupby((LocalityCode,Audience),aggregate(Learners with sum as Total))' }),
  tasks: () => read('Tasks', { $filter: 'IsHeading eq false and HasLead eq false', $select: taskFields.join() }),
  communes: () => read('Communes', { $filter: "ProvinceCode eq '19'", $orderby: 'Name', $select: 'Code,Name' }),
};

// Only the named fields, as text: a client may ask for exact numbers as strings ("100.00").
const decimals = ['Percent', 'TargetValue'];
const text = (value, field) => String(decimals.includes(field) && value !== null ? Number(value) : value);
const only = (rows, fields) => rows.map(row => fields.map(field => text(row[field], field)).join(' | '));

async function same(asked, question, fields, ordered = false) {
  const expected = only((await everyone[question]()).value, fields);
  const actual = only(await asked, fields);
  assert.ok(expected.length > 0, 'nothing to compare');
  assert.deepEqual(ordered ? actual : actual.sort(), ordered ? expected : expected.sort());
}

/** Runs the province's questions through a client: each function answers rows; pages() and batch() arrays of arrays; mistake() rejects. */
export function proves(client, { progress, learners, tasks, pages, commune, mistake, mistaken, batch, jsonBatch }) {
  test(`${client}: progress on every target of every commune`, async () => same(progress(), 'progress', progressFields));
  test(`${client}: learners by commune and audience`, async () => same(learners(), 'learners', ['LocalityCode', 'Audience', 'Total']));
  test(`${client}: tasks without a lead`, async () => same(tasks(), 'tasks', taskFields));
  test(`${client}: communes page by page`, async () => {
    const read = await pages(pageSize);
    assert.ok(read.length > 3 && read.every((page, at) => page.length === pageSize || at === read.length - 1), `pages of ${read.map(p => p.length)}`);
    await same(read.flat(), 'communes', ['Code', 'Name'], true);
  });
  test(`${client}: one commune by its key`, async () => assert.equal((await commune('05953')).Name, 'Kha Sơn'));
  test(`${client}: a mistake arrives with its number and the nearest name`, async () => {
    const error = await mistake('LocalityCod').then(() => assert.fail('nothing was refused'), mistaken);
    assert.equal(error.code, 'OD-1002');
    assert.match(error.message, /LocalityCode/);
  });
  for (const [kind, send] of Object.entries({ multipart: batch, JSON: jsonBatch }).filter(([, send]) => send)) {
    test(`${client}: two questions in one ${kind} batch`, async () => {
      const [communes, tasks] = await send();
      await same(communes, 'communes', ['Code', 'Name'], true);
      await same(tasks, 'tasks', taskFields);
    });
  }
}
