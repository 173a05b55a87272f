// @odata/client: entity sets with typed filters and transformations; batches as multipart and as JSON.
import odata from '@odata/client';
import { headers, proves, progressFields, service, taskFields } from './province.mjs';

const { OData } = odata;
const analytics = OData.New4({ serviceEndpoint: `${service}/`, commonHeaders: headers });
// Its batches ask for application/json by default and then read multipart only: the answer's format has to be named.
const inMultipart = OData.New4({ serviceEndpoint: `${service}/`, commonHeaders: { ...headers, Accept: 'multipart/mixed, application/json' } });
const option = () => OData.newOptions();

const progress = option().filter(OData.newFilter().property('ProvinceCode').eq('19').property('LocalityCode').ne('19')).select(progressFields);
const communes = option().filter(OData.newFilter().property('ProvinceCode').eq('19')).orderby([{ field: 'Name', order: 'asc' }]).select(['Code', 'Name']);
const tasks = option().filter(OData.newFilter().property('IsHeading').eq(false).property('HasLead').eq(false)).select(taskFields);
const learners = OData.newTransformation().groupBy(['LocalityCode', 'Audience'], OData.newTransformation().aggregate('Learners with sum as Total'));

const batched = async (client, execute) => {
  const requests = [client.newBatchRequest({ collection: 'Communes', params: communes }), client.newBatchRequest({ collection: 'Tasks', params: tasks })];
  const answers = await execute(requests);
  return Promise.all(answers.map(async answer => (await answer.json()).value));
};

proves('@odata/client', {
  progress: () => analytics.getEntitySet('TargetProgress').query(progress),
  learners: () => analytics.getEntitySet('CompletionFacts').query(option().apply(learners)),
  tasks: () => analytics.getEntitySet('Tasks').query(tasks),
  commune: key => analytics.getEntitySet('Communes').retrieve(key),
  pages: async size => {
    const total = await analytics.getEntitySet('Communes').count(OData.newFilter().property('ProvinceCode').eq('19'));
    const pages = [];
    for (let skip = 0; skip < total; skip += size) {
      const page = option().filter("ProvinceCode eq '19'").orderby([{ field: 'Name', order: 'asc' }]).select(['Code', 'Name']).top(size).skip(skip);
      pages.push(await analytics.getEntitySet('Communes').query(page));
    }
    return pages;
  },
  mistake: name => analytics.newRequest({ collection: 'Plans', params: option().filter(`${name} eq '05953'`) }).then(answer => Promise.reject(answer.error)),
  mistaken: error => error,
  batch: () => batched(inMultipart, requests => inMultipart.execBatchRequests(requests)),
  jsonBatch: () => batched(analytics, requests => analytics.execBatchRequestsJson(requests)),
});
