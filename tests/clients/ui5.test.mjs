// SAP OpenUI5: its OData V4 model in a headless Chromium, with bindings as a UI5 application has them. The model reads $metadata itself and
// sends everything as multipart batches ($auto) unless told to send single requests ($direct).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { headers, pageSize, progressFields, proves, service, taskFields } from './province.mjs';
import { host } from './ui5/host.mjs';

let server, browser, page;

before(async () => {
  server = await host();
  browser = await chromium.launch({
    executablePath: process.env.PLATFORM_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage();
  page.setDefaultTimeout(180_000); // it loads a thousand modules
  await page.goto(server.address);
  await page.waitForFunction(() => globalThis.sap?.ui?.require);
  await page.evaluate(() => new Promise((resolve, reject) => sap.ui.require(
    ['sap/ui/model/odata/v4/ODataModel', 'sap/ui/model/Filter', 'sap/ui/model/Sorter', 'sap/ui/base/ManagedObject', 'sap/ui/core/Item', 'sap/ui/core/Messaging'],
    (ODataModel, Filter, Sorter, ManagedObject, Item, Messaging) => {
      const model = (groupId = '$auto') => new ODataModel({ serviceUrl: '/odata/', groupId, autoExpandSelect: true, operationMode: 'Server' });
      const rows = async (list, most = 1000) => (await list.requestContexts(0, most)).map(context => context.getObject());
      const equal = (path, value) => new Filter({ path, operator: 'EQ', value1: value });
      const List = ManagedObject.extend('platform.List', { metadata: { aggregations: { items: { type: 'sap.ui.core.Item', multiple: true } } } });
      const messages = () => Messaging.getMessageModel().getObject('/').map(m => ({ code: m.getCode(), message: m.getMessage(), target: m.getTargets?.()[0] }));
      Object.assign(globalThis, { model, rows, equal, List, messages, Filter, Sorter, Item });
      resolve();
    }, reject)));
});

after(async () => {
  await browser?.close();
  server?.close();
});

const inPage = (run, ...given) => page.evaluate(run, ...given);

proves('OpenUI5', {
  progress: () => inPage(fields => rows(model().bindList('/TargetProgress', undefined, [new Sorter('LocalityCode')],
    [equal('ProvinceCode', '19'), new Filter('LocalityCode', 'NE', '19')], { $select: fields })), progressFields.join()),
  learners: () => inPage(() => rows(model().bindList('/CompletionFacts', undefined, undefined, undefined, {
    $$aggregation: { group: { LocalityCode: {}, Audience: {} }, aggregate: { Total: { name: 'Learners', with: 'sum' } } },
  }))),
  tasks: () => inPage(fields => rows(model('$direct').bindList('/Tasks', undefined, undefined,
    [equal('IsHeading', false), equal('HasLead', false)], { $select: fields })), taskFields.join()),
  commune: key => inPage(async code => model().bindContext(`/Communes('${code}')`, undefined, { $expand: { Province: { $select: 'Name' } } }).requestObject(), key),
  // A growing list: controls bound to properties, the binding finds out what to select, and asks for the next rows when it grows.
  pages: size => inPage(async length => {
    const list = new List({ models: model() });
    list.bindAggregation('items', {
      path: '/Communes', length, parameters: { $count: true }, sorter: new Sorter('Name'), filters: equal('ProvinceCode', '19'),
      template: new Item({ key: '{Code}', text: '{Name}' }),
    });
    const binding = list.getBinding('items');
    const pages = [];
    for (let total = 1; pages.length * length < total; total = binding.getCount())
      pages.push((await binding.requestContexts(pages.length * length, length)).map(context => context.getObject()));
    return pages;
  }, size),
  mistake: name => inPage(path => model().bindList('/Plans', undefined, undefined, undefined, { $filter: `${path} eq '05953'` }).requestContexts(0, 5).then(
    () => undefined, error => Promise.reject(new Error(JSON.stringify(error.error)))), name),
  mistaken: error => JSON.parse(error.message.slice(error.message.indexOf('{'), error.message.lastIndexOf('}') + 1)),
  batch: () => inPage(async fields => {
    const one = model();
    return Promise.all([
      rows(one.bindList('/Communes', undefined, [new Sorter('Name')], [equal('ProvinceCode', '19')], { $select: 'Code,Name' })),
      rows(one.bindList('/Tasks', undefined, undefined, [equal('IsHeading', false), equal('HasLead', false)], { $select: fields })),
    ]);
  }, taskFields.join()),
});

test('OpenUI5: learners with a grand total and a subtotal for each commune', async () => {
  const { total, levels, leaves } = await inPage(async () => {
    const list = model().bindList('/CompletionFacts', undefined, new Sorter('LocalityCode'), undefined, {
      $$aggregation: {
        aggregate: { Learners: { grandTotal: true, subtotals: true, with: 'sum' } },
        group: { LocalityCode: {}, Audience: {} },
        groupLevels: ['LocalityCode'],
      },
    });
    const [first, ...communes] = await list.requestContexts(0, 100);
    const levels = communes.map(context => context.getObject());
    await communes[0].expand();
    const leaves = (await list.requestContexts(2, 100)).map(context => context.getObject()).filter(row => row.LocalityCode === levels[0].LocalityCode);
    return { total: first.getObject(), levels, leaves };
  });
  const sum = rows => rows.reduce((all, row) => all + Number(row.Learners), 0);
  assert.ok(Number(total.Learners) > 0);
  assert.equal(Number(total.Learners), sum(levels));
  assert.equal(Number(levels[0].Learners), sum(leaves));
  assert.ok(leaves.length > 1);
});

test('OpenUI5: a plan with its tasks, and their agencies', async () => {
  const plan = await inPage(async () => {
    const list = model().bindList('/Plans', undefined, undefined, [equal('LocalityCode', '05953'), equal('Status', 'Issued')], {
      $select: 'LocalityName', $count: true,
      $expand: { Implements: { $select: 'Number' }, Tasks: { $select: 'Title', $orderby: 'Ordinal', $filter: 'HasLead eq true', $expand: { Assignments: { $select: 'Role', $expand: { Agency: { $select: 'Name' } } } } } },
    });
    const [context] = await list.requestContexts(0, 1);
    return { ...context.getObject(), count: list.getCount() };
  });
  assert.equal(plan.count, 1);
  assert.equal(plan.Implements.Number, '05-KH/BCĐ');
  assert.ok(plan.Tasks.some(task => task.Assignments.some(assignment => assignment.Role === 'Lead' && assignment.Agency.Name)));
});

test('OpenUI5: a number of tasks, which is plain text, in a batch and alone', async () => {
  const asked = await (await fetch(`${service}/Tasks/$count`, { headers })).text();
  assert.ok(Number(asked) > 0);
  for (const group of ['$auto', '$direct'])
    assert.equal(await inPage(of => model(of).bindProperty('/Tasks/$count').requestValue(), group), Number(asked));
});

test('OpenUI5: everything but the tasks went as multipart batches', () => {
  const sent = server.log.map(request => request.split(' ').slice(0, 2).join(' ').split('?')[0]);
  assert.deepEqual([...new Set(sent)].sort(), ['GET /odata/$metadata', 'GET /odata/Tasks', 'GET /odata/Tasks/$count', 'POST /odata/$batch']);
});
