import type { GraphEdge } from '../graph/document.ts';

export type ExampleNeed = 'database' | 'bucket' | 'python' | 'file' | 'address' | 'service';

/** Nodes of an example, `[kind, params]` by id, and their edges. */
export interface ExampleParts {
  nodes: Readonly<Record<string, readonly [kind: string, params: Record<string, unknown>]>>;
  edges: readonly GraphEdge[];
  /** What it needs besides Slipway; without, it runs as it is. */
  needs?: ExampleNeed;
}

/** `edges`: `penguins.table > clean.input`, separated by commas. */
function parts(nodes: ExampleParts['nodes'], edges = '', needs?: ExampleNeed): ExampleParts {
  return {
    nodes,
    edges: edges
      .split(',')
      .filter((edge) => edge.trim() !== '')
      .map((edge) => {
        const [from = '', to = ''] = edge.split('>').map((port) => port.trim());
        return { from, to };
      }),
    ...(needs === undefined ? {} : { needs }),
  };
}

function extend(base: ExampleParts, nodes: ExampleParts['nodes'], edges: string, needs?: ExampleNeed): ExampleParts {
  const more = parts(nodes, edges, needs);
  return { ...more, nodes: { ...base.nodes, ...more.nodes }, edges: [...base.edges, ...more.edges] };
}

const sql = (query: string) => ['data.sql', { inputs: ['input'], query }] as const;
const file = (name: string) => ['data.file', { path: `pkg:vega-datasets/data/${name}` }] as const;

const weather = parts({ weather: file('seattle-weather.csv') });
const flights = parts({ flights: file('flights-2k.json') });
const cars = parts({ cars: file('cars.json') });
const sizes = ['beak_length_mm', 'beak_depth_mm', 'flipper_length_mm', 'body_mass_g'];

const penguinTable = parts(
  {
    penguins: file('penguins.json'),
    clean: sql(
      [
        'SELECT "Species" AS species, "Island" AS island, "Beak Length (mm)" AS beak_length_mm,',
        '  "Beak Depth (mm)" AS beak_depth_mm, "Flipper Length (mm)" AS flipper_length_mm, "Body Mass (g)" AS body_mass_g',
        'FROM input',
      ].join('\n'),
    ),
  },
  'penguins.table > clean.input',
);
const penguins = extend(
  penguinTable,
  { split: ['data.split', { method: 'stratified', column: 'species', testShare: 0.25 }] },
  'clean.table > split.input',
);
/** Penguins without gaps, with the trainer named. */
function penguinModel(id: string, kind: string, params: Record<string, unknown>): ExampleParts {
  return extend(
    penguins,
    { impute: ['feature.impute', { columns: sizes }], [id]: [kind, { label: 'species', ...params }] },
    `split.train > impute.input, impute.features > ${id}.features`,
  );
}
function evaluated(base: ExampleParts, model: string): ExampleParts {
  return extend(base, { evaluate: ['train.evaluate', {}] }, `${model} > evaluate.model, split.test > evaluate.table`);
}
const linear = penguinModel('linear', 'train.linear', {});
const forest = penguinModel('forest', 'train.forest', { trees: 50 });
const judged = evaluated(linear, 'linear.model');
const registered = extend(
  judged,
  { register: ['train.register', { name: 'example-penguins', alias: 'champion' }] },
  'linear.model > register.model, evaluate.report > register.report',
);
const served = extend(registered, { endpoint: ['serve.endpoint', {}] }, 'register.model > endpoint.model');

const flightRows = extend(
  flights,
  {
    late: ['data.derive', { columns: [{ name: 'late', expression: 'delay > 15' }] }],
    split: ['data.split', { method: 'random', testShare: 0.25 }],
  },
  'flights.table > late.input, late.table > split.input',
);
/** A feature step over flights, and what is learned from it. */
function flightFeature(id: string, kind: string, params: Record<string, unknown>): ExampleParts {
  return evaluated(
    extend(
      flightRows,
      { [id]: [kind, params], linear: ['train.linear', { label: 'late' }] },
      `split.train > ${id}.input, ${id}.features > linear.features`,
    ),
    'linear.model',
  );
}
const weatherRows = extend(
  weather,
  { split: ['data.split', { method: 'random', testShare: 0.25 }] },
  'weather.table > split.input',
);
/** A feature step over days, and the warmth that is foretold from it. */
function weatherFeature(id: string, kind: string, params: Record<string, unknown>): ExampleParts {
  return evaluated(
    extend(
      weatherRows,
      { [id]: [kind, params], linear: ['train.linear', { label: 'temp_max' }] },
      `split.train > ${id}.input, ${id}.features > linear.features`,
    ),
    'linear.model',
  );
}
function penguinFeature(id: string, kind: string, params: Record<string, unknown>, imputed = false): ExampleParts {
  return evaluated(
    extend(
      penguins,
      {
        ...(imputed ? { impute: ['feature.impute', { columns: sizes }] as const } : {}),
        [id]: [kind, params],
        trees: ['train.trees', { label: 'species', trees: 20 }],
      },
      `${imputed ? `split.train > impute.input, impute.features > ${id}.input` : `split.train > ${id}.input`}, ${id}.features > trees.features`,
    ),
    'trees.model',
  );
}

const digits = parts(
  {
    digits: ['data.file', { path: 'pkg:mnist/src/digits/[01].json', columns: { data: 'FLOAT[]' }, filename: true }],
    images: sql(
      [
        '-- Each file is one digit: a long list of images of 28 × 28 = 784 pixels. The first 200 of each.',
        "SELECT CAST(regexp_extract(filename, '([0-9])[.]json$', 1) AS INTEGER) AS digit, position // 784 AS number,",
        '  CAST(list(value ORDER BY position) AS FLOAT[784]) AS pixels',
        'FROM (',
        '  SELECT filename, unnest(data[:156800]) AS value, unnest(range(156800)) AS position FROM input',
        ')',
        'GROUP BY digit, number',
        'ORDER BY digit, number',
      ].join('\n'),
    ),
    split: ['data.split', { method: 'stratified', column: 'digit', testShare: 0.25 }],
    image: ['feature.image', { columns: ['pixels'], divideBy: 1 }],
  },
  'digits.table > images.input, images.table > split.input, split.train > image.input',
);

const yesterday = extend(
  weather,
  {
    yesterday: sql('SELECT date + INTERVAL 1 DAY AS date, temp_max, wind FROM input'),
    view: [
      'feature.view',
      { name: 'example_weather', eventTimestamp: 'date', features: ['temp_max', 'wind'], ttlSeconds: 86_400 },
    ],
  },
  'weather.table > yesterday.input, yesterday.table > view.source',
);

/** An example for every kind; the node of the kind is named after it. */
export const exampleParts: Readonly<Record<string, ExampleParts>> = {
  'data.file': parts({ file: file('seattle-weather.csv') }),
  'data.excel': parts({ excel: ['data.excel', { path: 'plan.xlsx' }] }, '', 'file'),
  'data.images': parts({
    images: ['data.images', { path: 'pkg:vega-datasets/data/*.png', width: 32, height: 32, colours: 'rgb' }],
  }),
  'data.sqlite': parts({ sqlite: ['data.sqlite', { path: 'shop.db', table: 'orders' }] }, '', 'file'),
  'data.postgres': parts(
    {
      postgres: [
        'data.postgres',
        { host: 'localhost', database: 'shop', user: 'reader', password: { secret: 'SHOP_DB' }, table: 'orders' },
      ],
    },
    '',
    'database',
  ),
  'data.mysql': parts(
    {
      mysql: [
        'data.mysql',
        { host: 'localhost', database: 'shop', user: 'reader', password: { secret: 'SHOP_DB' }, table: 'orders' },
      ],
    },
    '',
    'database',
  ),
  'data.http': parts(
    { http: ['data.http', { url: 'https://example.org/prices.csv', refresh: 'changed' }] },
    '',
    'address',
  ),
  'data.s3': parts(
    {
      s3: [
        'data.s3',
        {
          bucket: 'lake',
          key: 'sales/**/*.parquet',
          accessKeyId: { secret: 'LAKE_ID' },
          secretAccessKey: { secret: 'LAKE_KEY' },
        },
      ],
    },
    '',
    'bucket',
  ),
  'data.stream': extend(
    weather,
    {
      stream: [
        'data.stream',
        {
          source: 'replay',
          name: 'example-weather',
          eventTime: 'date',
          windowSeconds: 2_592_000,
          aggregates: [
            { function: 'mean', field: 'temp_max', name: 'temp_max' },
            { function: 'count', name: 'days' },
          ],
        },
      ],
    },
    'weather.table > stream.events',
  ),
  'data.select': extend(
    cars,
    { select: ['data.select', { columns: ['Name', 'Horsepower', 'Origin'], rename: { Horsepower: 'power' } }] },
    'cars.table > select.input',
  ),
  'data.filter': extend(
    flights,
    {
      filter: [
        'data.filter',
        {
          conditions: [
            { column: 'delay', is: 'greater', value: '15' },
            { column: 'origin', is: 'oneOf', values: ['LAX', 'DFW'] },
          ],
        },
      ],
    },
    'flights.table > filter.input',
  ),
  'data.derive': extend(
    flights,
    {
      derive: [
        'data.derive',
        {
          columns: [
            { name: 'late', expression: 'delay > 15' },
            { name: 'hours', expression: 'distance / 480.0' },
          ],
        },
      ],
    },
    'flights.table > derive.input',
  ),
  'data.join': parts(
    {
      routes: file('flights-airport.csv'),
      airports: file('airports.csv'),
      join: ['data.join', { leftKeys: ['origin'], rightKeys: ['iata'], cardinality: 'many-to-one' }],
    },
    'routes.table > join.left, airports.table > join.right',
  ),
  'data.union': parts(
    {
      some: file('flights-2k.json'),
      others: file('flights-5k.json'),
      union: ['data.union', { source: 'file', names: ['2k', '5k'] }],
    },
    'some.table > union.tables, others.table > union.tables',
  ),
  'data.compare': parts(
    {
      some: file('flights-2k.json'),
      others: file('flights-5k.json'),
      compare: ['data.compare', {}],
    },
    'some.table > compare.reference, others.table > compare.current',
  ),
  'data.aggregate': extend(
    flights,
    {
      aggregate: [
        'data.aggregate',
        {
          groupBy: ['origin'],
          measures: [
            { function: 'count', name: 'flights' },
            { function: 'mean', column: 'delay' },
            { function: 'quantile', column: 'delay', quantile: 0.95, name: 'p95_delay' },
          ],
        },
      ],
    },
    'flights.table > aggregate.input',
  ),
  'data.pivot': parts(
    {
      barley: file('barley.json'),
      pivot: [
        'data.pivot',
        { rows: ['site'], column: 'year', function: 'sum', value: 'yield', names: ['1931', '1932'] },
      ],
    },
    'barley.table > pivot.input',
  ),
  'data.unpivot': extend(
    weather,
    { unpivot: ['data.unpivot', { columns: ['temp_max', 'temp_min'], nameColumn: 'measure', valueColumn: 'celsius' }] },
    'weather.table > unpivot.input',
  ),
  'data.window': extend(
    weather,
    {
      window: [
        'data.window',
        {
          orderBy: [{ column: 'date' }],
          columns: [
            { function: 'lag', column: 'temp_max', size: 1, name: 'yesterday' },
            { function: 'rollingMean', column: 'temp_max', size: 7, current: false, name: 'mean_7_days' },
          ],
        },
      ],
    },
    'weather.table > window.input',
  ),
  'data.sort': extend(
    flights,
    { sort: ['data.sort', { by: [{ column: 'delay', descending: true }], limit: 100 }] },
    'flights.table > sort.input',
  ),
  'data.sample': extend(flights, { sample: ['data.sample', { fraction: 0.1 }] }, 'flights.table > sample.input'),
  'data.dedupe': extend(
    flights,
    { dedupe: ['data.dedupe', { keys: ['origin', 'destination'], keep: 'last', orderBy: [{ column: 'date' }] }] },
    'flights.table > dedupe.input',
  ),
  'data.split': penguins,
  'data.sql': extend(
    flights,
    {
      sql: sql(
        'SELECT origin, count(*) AS flights, avg(delay) AS mean_delay\nFROM input\nGROUP BY origin\nORDER BY flights DESC',
      ),
    },
    'flights.table > sql.input',
  ),
  'data.python': extend(
    weather,
    {
      python: [
        'data.python',
        {
          script: "table = input.assign(spread=input['temp_max'] - input['temp_min'])[['date', 'spread']]\n",
          columns: { date: 'date', spread: 'float64' },
        },
      ],
    },
    'weather.table > python.input',
    'python',
  ),
  'data.metrics': extend(
    judged,
    {
      forest: ['train.forest', { label: 'species', trees: 50 }],
      other: ['train.evaluate', {}],
      metrics: ['data.metrics', { source: 'model', names: ['linear', 'forest'] }],
    },
    'impute.features > forest.features, forest.model > other.model, split.test > other.table, evaluate.report > metrics.reports, other.report > metrics.reports',
  ),
  'data.expect': extend(
    cars,
    {
      expect: [
        'data.expect',
        {
          onBreak: 'quarantine',
          expectations: [
            { check: 'notNull', column: 'Horsepower' },
            { check: 'range', column: 'Cylinders', min: 3, max: 8 },
            { check: 'set', column: 'Origin', values: ['USA', 'Europe', 'Japan'] },
          ],
        },
      ],
    },
    'cars.table > expect.input',
  ),
  'data.write-file': extend(
    cars,
    { 'write-file': ['data.write-file', { path: 'out/cars.parquet', makeFolder: true }] },
    'cars.table > write-file.table',
  ),
  'data.write-sqlite': extend(
    cars,
    { 'write-sqlite': ['data.write-sqlite', { path: 'cars.db', table: 'cars', mode: 'replace' }] },
    'cars.table > write-sqlite.table',
  ),
  'data.write-postgres': extend(
    cars,
    {
      'write-postgres': [
        'data.write-postgres',
        {
          host: 'localhost',
          database: 'shop',
          user: 'writer',
          password: { secret: 'SHOP_DB' },
          table: 'public.cars',
          mode: 'replace',
        },
      ],
    },
    'cars.table > write-postgres.table',
    'database',
  ),
  'data.write-s3': extend(
    cars,
    {
      'write-s3': [
        'data.write-s3',
        {
          bucket: 'lake',
          key: 'cars.parquet',
          accessKeyId: { secret: 'LAKE_ID' },
          secretAccessKey: { secret: 'LAKE_KEY' },
        },
      ],
    },
    'cars.table > write-s3.table',
    'bucket',
  ),
  'feature.bucketize': penguinFeature('bucketize', 'feature.bucketize', { columns: ['body_mass_g'], buckets: 5 }),
  'feature.datetime': weatherFeature('datetime', 'feature.datetime', {
    columns: ['date'],
    parts: ['month', 'weekday'],
  }),
  'feature.encode': flightFeature('encode', 'feature.encode', {
    columns: ['origin', 'destination'],
    method: 'one-hot',
  }),
  'feature.target': flightFeature('target', 'feature.target', { columns: ['origin', 'destination'], label: 'late' }),
  'feature.hash': flightFeature('hash', 'feature.hash', { columns: ['origin'], buckets: 64 }),
  'feature.cross': evaluated(
    extend(
      flightRows,
      {
        cross: ['feature.cross', { columns: ['origin', 'destination'] }],
        encode: ['feature.encode', { columns: ['origin_x_destination'], method: 'one-hot' }],
        linear: ['train.linear', { label: 'late' }],
      },
      'split.train > cross.input, cross.features > encode.input, encode.features > linear.features',
    ),
    'linear.model',
  ),
  'feature.expression': weatherFeature('expression', 'feature.expression', {
    features: [
      { name: 'wet_wind', expression: 'wind * precipitation' },
      { name: 'wet', expression: "weather == 'rain' or weather == 'snow'" },
    ],
  }),
  'feature.polynomial': penguinFeature(
    'polynomial',
    'feature.polynomial',
    { columns: ['beak_length_mm', 'beak_depth_mm'] },
    true,
  ),
  'feature.text': evaluated(
    extend(
      parts({ cars: file('cars.json') }),
      {
        split: ['data.split', { method: 'stratified', column: 'Origin', testShare: 0.25 }],
        text: ['feature.text', { columns: ['Name'], maxTerms: 100 }],
        linear: ['train.linear', { label: 'Origin' }],
      },
      'cars.table > split.input, split.train > text.input, text.features > linear.features',
    ),
    'linear.model',
  ),
  'feature.impute': penguinFeature('impute', 'feature.impute', { columns: sizes }),
  'feature.scale': penguinFeature('scale', 'feature.scale', { columns: sizes }, true),
  'feature.select': penguinFeature('select', 'feature.select', { label: 'species', keep: 2 }, true),
  'feature.image': evaluated(
    extend(
      digits,
      { linear: ['train.linear', { label: 'digit', task: 'multiclass' }] },
      'image.features > linear.features',
    ),
    'linear.model',
  ),
  'feature.view': yesterday,
  'feature.service': extend(
    yesterday,
    {
      service: [
        'feature.service',
        { name: 'example-days', features: ['example_weather:temp_max', 'example_weather:wind'] },
      ],
    },
    'view.view > service.views',
  ),
  'feature.shared-service': extend(
    weather,
    {
      today: sql('SELECT date, weather FROM input'),
      'shared-service': ['feature.shared-service', { service: 'example-days' }],
      join: ['feature.join', { timestamp: 'date' }],
    },
    'weather.table > today.input, today.table > join.labels, shared-service.service > join.views',
    'service',
  ),
  'feature.join': extend(
    yesterday,
    {
      today: sql('SELECT date, weather FROM input'),
      join: ['feature.join', { timestamp: 'date' }],
    },
    'weather.table > today.input, today.table > join.labels, view.view > join.views',
  ),
  'train.linear': judged,
  'train.forest': evaluated(forest, 'forest.model'),
  'train.trees': evaluated(penguinModel('trees', 'train.trees', { trees: 30 }), 'trees.model'),
  'train.mlp': evaluated(penguinModel('mlp', 'train.mlp', { hiddenLayers: [16], epochs: 40 }), 'mlp.model'),
  'train.cnn': evaluated(
    extend(
      digits,
      {
        cnn: [
          'train.cnn',
          { label: 'digit', task: 'multiclass', convolutions: [8], hiddenLayers: [], epochs: 2, batchSize: 32 },
        ],
      },
      'image.features > cnn.features',
    ),
    'cnn.model',
  ),
  'train.search': extend(
    penguins,
    {
      impute: ['feature.impute', { columns: sizes }],
      search: ['train.search', { label: 'species', trials: 6, fixed: { trees: 20 } }],
    },
    'split.train > impute.input, impute.features > search.features',
  ),
  'train.cross-validate': extend(
    linear,
    { 'cross-validate': ['train.cross-validate', { folds: 3 }] },
    'linear.model > cross-validate.model',
  ),
  'train.evaluate': judged,
  'train.gate': extend(
    judged,
    { gate: ['train.gate', { metric: 'accuracy', value: 0.9 }] },
    'linear.model > gate.input, evaluate.report > gate.report',
  ),
  'train.calibrate': extend(
    flightRows,
    {
      encode: ['feature.encode', { columns: ['origin', 'destination'] }],
      trees: ['train.trees', { label: 'late', trees: 30 }],
      'cross-validate': ['train.cross-validate', { folds: 3 }],
      calibrate: ['train.calibrate', {}],
      evaluate: ['train.evaluate', {}],
    },
    'split.train > encode.input, encode.features > trees.features, trees.model > cross-validate.model, trees.model > calibrate.model, cross-validate.predictions > calibrate.table, calibrate.model > evaluate.model, split.test > evaluate.table',
  ),
  'train.explain': extend(
    linear,
    { explain: ['train.explain', { rows: 100, repeats: 2 }] },
    'linear.model > explain.model, split.test > explain.table',
  ),
  'train.cluster': extend(
    penguinTable,
    {
      impute: ['feature.impute', { columns: sizes }],
      scale: ['feature.scale', { columns: sizes }],
      cluster: ['train.cluster', { clusters: 3 }],
    },
    'clean.table > impute.input, impute.features > scale.input, scale.features > cluster.features',
  ),
  'train.pca': extend(
    penguinTable,
    { impute: ['feature.impute', { columns: sizes }], pca: ['train.pca', { components: 2 }] },
    'clean.table > impute.input, impute.features > pca.features',
  ),
  'train.anomaly': extend(
    penguinTable,
    { impute: ['feature.impute', { columns: sizes }], anomaly: ['train.anomaly', { share: 0.05 }] },
    'clean.table > impute.input, impute.features > anomaly.features',
  ),
  'train.forecast': extend(
    weather,
    {
      split: ['data.split', { method: 'time', column: 'date', trainBefore: '2015-12-18' }],
      forecast: ['train.forecast', { time: 'date', target: 'temp_max', horizon: 14, folds: 2 }],
      evaluate: ['train.evaluate', {}],
    },
    'weather.table > split.input, split.train > forecast.table, forecast.model > evaluate.model, split.test > evaluate.table',
  ),
  'feature.tokenize': extend(
    parts({ cars: file('cars.json') }),
    {
      split: ['data.split', { method: 'stratified', column: 'Origin', testShare: 0.25 }],
      tokenize: ['feature.tokenize', { column: 'Name', path: 'distilbert', length: 32 }],
      onnx: ['train.onnx', { path: 'distilbert', label: 'Origin' }],
    },
    'cars.table > split.input, split.train > tokenize.input, tokenize.features > onnx.features',
    'file',
  ),
  'train.onnx': extend(
    penguins,
    {
      impute: ['feature.impute', { columns: sizes }],
      onnx: ['train.onnx', { path: 'penguins.onnx', label: 'species' }],
    },
    'split.train > impute.input, impute.features > onnx.features',
    'file',
  ),
  'train.python': extend(
    penguins,
    {
      impute: ['feature.impute', { columns: sizes }],
      python: [
        'train.python',
        {
          label: 'species',
          script:
            'from sklearn.svm import SVC\n\nmodel = SVC(probability=True, random_state=seed).fit(X, y, sample_weight=w)\n',
        },
      ],
    },
    'split.train > impute.input, impute.features > python.features',
    'python',
  ),
  'train.ray': extend(
    penguins,
    { impute: ['feature.impute', { columns: sizes }], ray: ['train.ray', { label: 'species', workers: 2 }] },
    'split.train > impute.input, impute.features > ray.features',
    'python',
  ),
  'train.recommend': parts(
    {
      routes: file('flights-airport.csv'),
      airports: file('airports.csv'),
      trips: sql('SELECT origin, destination FROM input WHERE "count" > 200'),
      popular: sql(
        'SELECT destination AS iata, sum("count") AS flights FROM input WHERE "count" > 200 GROUP BY destination',
      ),
      items: ['data.join', { leftKeys: ['iata'], rightKeys: ['iata'], cardinality: 'one-to-one' }],
      split: ['data.split', { method: 'random', testShare: 0.2 }],
      encode: ['feature.encode', { columns: ['origin'] }],
      recommend: [
        'train.recommend',
        {
          label: 'destination',
          item: 'iata',
          embedding: ['latitude', 'longitude'],
          ranking: ['flights'],
          group: 'state',
          perGroup: 2,
          count: 5,
          candidates: 50,
        },
      ],
    },
    'routes.table > trips.input, routes.table > popular.input, popular.table > items.left, airports.table > items.right, trips.table > split.input, split.train > encode.input, encode.features > recommend.features, items.table > recommend.items',
  ),
  'train.register': registered,
  'serve.batch': extend(linear, { batch: ['serve.batch', {}] }, 'linear.model > batch.model, split.test > batch.table'),
  'serve.router': evaluated(
    extend(
      flightRows,
      {
        impute: ['feature.impute', { columns: ['distance'] }],
        linear: ['train.linear', { label: 'late' }],
        trees: ['train.trees', { label: 'late', trees: 20 }],
        router: ['serve.router', { rule: 'confidence < 0.8', firstName: 'linear', secondName: 'trees' }],
      },
      'split.train > impute.input, impute.features > linear.features, impute.features > trees.features, linear.model > router.first, trees.model > router.second',
    ),
    'router.model',
  ),
  'serve.adjust': evaluated(
    extend(
      flightRows,
      {
        impute: ['feature.impute', { columns: ['distance'] }],
        linear: ['train.linear', { label: 'late' }],
        adjust: ['serve.adjust', { value: 'if(distance > 2000, min(score * 1.2, 1), score)' }],
      },
      'split.train > impute.input, impute.features > linear.features, linear.model > adjust.model',
    ),
    'adjust.model',
  ),
  'serve.endpoint': served,
  'monitor.drift': extend(served, { drift: ['monitor.drift', {}] }, 'endpoint.requests > drift.requests'),
  'monitor.system': extend(served, { system: ['monitor.system', {}] }, 'endpoint.requests > system.requests'),
  'monitor.performance': extend(
    served,
    { performance: ['monitor.performance', {}] },
    'endpoint.requests > performance.requests, evaluate.report > performance.report',
  ),
  'monitor.retrain': extend(
    served,
    { drift: ['monitor.drift', {}], retrain: ['monitor.retrain', { onDrift: true }] },
    'endpoint.requests > drift.requests, endpoint.requests > retrain.requests',
  ),
};
