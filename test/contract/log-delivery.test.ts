import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, createGraphBuilder } from '../../main/compute/onnx/graph-builder.ts';
import { createAlerting } from '../../main/monitoring/alerting.ts';
import { createEndpointHost } from '../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../main/serving/model-source.ts';
import { LogUploads } from '../../main/serving/prediction-log/log-uploads.ts';
import { MqttPublisher } from '../../main/serving/prediction-log/mqtt-publisher.ts';
import { createAlertRecords } from '../../main/store/alert-records.ts';
import { openDatabase } from '../../main/store/database.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { type Broker, mosquitto, mosquittoPath } from '../support/broker.ts';
import { s3Credentials, startS3Server } from '../support/s3-server.ts';
import { removeFolder } from '../support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-delivery-'));
afterAll(() => removeFolder(dir));

describe.skipIf(mosquittoPath === undefined)('a broker of MQTT (skipped without mosquitto)', () => {
  let broker: Broker;
  let listener: MqttClient;
  let heard: { topic: string; message: Record<string, unknown> }[];
  beforeAll(async () => {
    broker = await mosquitto();
  });
  afterAll(async () => {
    await listener?.endAsync(true);
    await broker?.remove();
  });
  const url = () => `mqtt://127.0.0.1:${broker.port}`;
  async function listen(): Promise<void> {
    heard = [];
    listener = await connectAsync(url());
    listener.on('message', (topic, payload) =>
      heard.push({ topic, message: JSON.parse(payload.toString()) as Record<string, unknown> }),
    );
    await listener.subscribeAsync('#', { qos: 1 });
  }

  it('gets what was published while it was away, newest first kept, in order', async () => {
    const notices: string[] = [];
    const target = { url: url(), topic: 'early', user: '', password: '' };
    const publisher = new MqttPublisher(target, (text) => notices.push(text), { messages: 3, bytes: 1_000 });
    await publisher.open();
    await expect.poll(() => notices.length).toBe(1);
    expect(notices[0]).toContain('cannot be published');
    publisher.publish([1, 2, 3, 4, 5].map((n) => JSON.stringify({ n })));
    expect([publisher.waiting, publisher.dropped]).toEqual([3, 2]);
    // One that is larger than all that may wait does not take the place of the others.
    publisher.publish([JSON.stringify({ n: 'x'.repeat(1_000) })]);
    expect([publisher.waiting, publisher.dropped]).toEqual([3, 3]);
    await broker.start();
    await listen();
    await expect.poll(() => heard.map(({ message }) => message['n'])).toEqual([3, 4, 5]);
    await expect.poll(() => publisher.waiting).toBe(0);
    await publisher.close(1_000);
  });

  it('is told the predictions of an endpoint, without redacted columns, and its alerts', async () => {
    const graph = createGraphBuilder('model');
    const amount = graph.input('amount', 'FP64', ['N', 1]);
    graph.input('secret', 'FP64', ['N', 1]);
    graph.output('prediction', graph.node('Cast', [amount], { to: attribute.int(1) }), 'FP32', ['N', 1]);
    mkdirSync(join(dir, 'model'));
    writeFileSync(join(dir, 'model', 'model.onnx'), graph.toBytes());
    const host = createEndpointHost({ dataDir: join(dir, 'data'), log: () => undefined });
    try {
      const endpoint = await host.startModels({
        graphId: 'edge',
        nodeId: 'endpoint',
        name: 'pump',
        http: { port: 0 },
        models: await modelSourcesAt(join(dir, 'model', 'model.onnx'), 'pump'),
        predictionLog: {
          mode: 'full',
          redactColumns: ['secret'],
          retentionDays: 30,
          delivery: { publish: { url: url(), topic: '', user: '', password: '' }, send: null },
        },
      });
      const tensor = (name: string) => ({ name, shape: [2, 1], datatype: 'FP64', data: [1.5, -2] });
      const answer = await fetch(`${endpoint.http}/v2/models/pump/infer`, {
        method: 'POST',
        body: JSON.stringify({ id: 'r1', inputs: [tensor('amount'), tensor('secret')] }),
      });
      expect(answer.status).toBe(200);
      const told = () => heard.filter(({ topic }) => topic === 'slipway/pump/predictions').map((each) => each.message);
      await expect.poll(() => told().length).toBe(2);
      expect(told()).toMatchObject([
        { model: 'pump', version: '1', id: 'r1/0', row: 0, input: { amount: 1.5 }, output: { prediction: 1.5 } },
        { row: 1, input: { amount: -2 } },
      ]);
      expect(JSON.stringify(told())).not.toContain('secret');
    } finally {
      await host.close();
    }
    const database = openDatabase(join(dir, 'alerts'));
    const alerting = createAlerting(createAlertRecords(database), { log: () => undefined, groupMs: 20 });
    const rule = {
      graphId: 'g',
      nodeId: 'm',
      kind: 'drift' as const,
      severity: 'warning' as const,
      title: 'Inputs drift',
    };
    const explain = async () => ({ sentences: ['x moved.'], columns: [], performance: null, examples: [] });
    alerting.update({ ...rule, webhook: `${url()}/plant/alerts` }, true, explain);
    await expect.poll(() => heard.filter(({ topic }) => topic === 'plant/alerts').length).toBe(1);
    const told = heard.find(({ topic }) => topic === 'plant/alerts')?.message['text'];
    expect(told).toContain('Warning: Inputs drift. x moved.');
    database.close();
    const watched = join(dir, 'watched.slipway.json');
    const penguins = JSON.parse(
      readFileSync(join(repositoryRoot, 'resources/templates/penguins.slipway.json'), 'utf8'),
    );
    penguins.nodes.monitor.params.webhook = `${url()}/plant/alerts`;
    writeFileSync(watched, JSON.stringify(penguins));
    expect(await runSlipway(['alerts', 'test', watched], join(dir, 'alerts'))).toMatchObject({ code: 0 });
    const alerts = () => heard.filter(({ topic }) => topic === 'plant/alerts');
    await expect.poll(() => alerts().at(-1)?.message['text']).toContain('Test of the alert route');
    // Who subscribes later is told of the last real one.
    await listener.endAsync(true);
    await listen();
    await expect.poll(() => alerts().map(({ message }) => message['text'])).toEqual([told]);
  });
});

describe('finished files of a request log', () => {
  function folderWith(name: string, files: readonly string[]): string {
    const folder = join(dir, name, 'm', '1');
    mkdirSync(folder, { recursive: true });
    for (const file of files) writeFileSync(join(folder, file), file);
    return folder;
  }

  it('are put to an address once each, oldest first, and go on after it was away', async () => {
    const folder = folderWith('http', ['1000-7.parquet', '999-7.parquet', '2000-7.ndjson']);
    const got: string[] = [];
    let up = false;
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (up) got.push(`${request.method} ${request.url} ${request.headers.authorization}`);
        response.writeHead(up ? 201 : 503).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs/`;
    const open = () => new LogUploads(join(dir, 'http'), { url, token: 't0ken' }, `${hostname()}/g/n`);
    const { signal } = new AbortController();
    try {
      expect(await open().sync(signal)).toMatchObject({ sent: 0, waiting: 2, reason: expect.stringContaining('503') });
      up = true;
      expect(await open().sync(signal)).toEqual({ sent: 2, waiting: 0 });
      const at = `PUT /logs/${hostname()}/g/n/m/1`;
      expect(got).toEqual([`${at}/999-7.parquet Bearer t0ken`, `${at}/1000-7.parquet Bearer t0ken`]);
      writeFileSync(join(folder, '3000-8.parquet'), 'new');
      rmSync(join(folder, '999-7.parquet'));
      // As after a restart: what was sent is known from the disk.
      expect(await open().sync(signal)).toEqual({ sent: 1, waiting: 0 });
      expect(JSON.parse(readFileSync(join(folder, 'uploaded.json'), 'utf8'))).toEqual([
        '1000-7.parquet',
        '3000-8.parquet',
      ]);
      expect(readdirSync(folder)).toContain('2000-7.ndjson');
    } finally {
      server.close();
    }
  });

  /** A target that answers with `statusOf` the name of the file; what it took. */
  async function target(statusOf: (name: string) => number) {
    const took: string[] = [];
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const path = request.url?.slice(1) ?? '';
        const status = statusOf(basename(path));
        if (status < 300) took.push(path);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, took, close: () => server.close() };
  }
  const { signal: never } = new AbortController();

  it('that one version has left are sent with those of the next, by one process at a time', async () => {
    folderWith('versions', ['1-1.parquet']);
    mkdirSync(join(dir, 'versions', 'm', '2'));
    writeFileSync(join(dir, 'versions', 'm', '2', '2-1.parquet'), 'new');
    const { url, took, close } = await target(() => 201);
    try {
      const logs = [1, 2].map(() => new LogUploads(join(dir, 'versions'), { url, token: '' }, 'box'));
      await Promise.all(logs.map((log) => log.sync(never)));
      expect(took.toSorted()).toEqual(['box/m/1/1-1.parquet', 'box/m/2/2-1.parquet']);
    } finally {
      close();
    }
  });

  it('are sent past one that is refused, which is not sent again and again', async () => {
    folderWith('refused', ['1-1.parquet', '2-1.parquet', '3-1.parquet']);
    let asked = 0;
    const { url, took, close } = await target((name) => {
      asked++;
      return name === '2-1.parquet' ? 413 : 201;
    });
    try {
      const log = new LogUploads(join(dir, 'refused'), { url, token: '' }, 'box');
      const outcome = { waiting: 1, reason: expect.stringContaining('413 to m/1/2-1.parquet') };
      expect(await log.sync(never)).toEqual({ sent: 2, ...outcome });
      expect(took).toEqual(['box/m/1/1-1.parquet', 'box/m/1/3-1.parquet']);
      expect(await log.sync(never)).toEqual({ sent: 0, ...outcome });
      expect(asked).toBe(3);
    } finally {
      close();
    }
  });

  it('are sent once each where no mark can be made of it, and the rest is not held up', async () => {
    const folder = folderWith('full', ['1-1.parquet', '2-1.parquet']);
    // In the way of the mark, as a full disk is.
    mkdirSync(join(folder, 'uploaded.json.tmp'));
    const { url, took, close } = await target(() => 201);
    try {
      const log = new LogUploads(join(dir, 'full'), { url, token: '' }, 'box');
      expect(await log.sync(never)).toMatchObject({ sent: 2, reason: expect.stringContaining('cannot be noted') });
      expect(await log.sync(never)).toEqual({ sent: 0, waiting: 0 });
      expect(took).toEqual(['box/m/1/1-1.parquet', 'box/m/1/2-1.parquet']);
    } finally {
      close();
    }
  });

  it('are put into an object storage', async () => {
    folderWith('s3', ['1-1.parquet']);
    const server = await startS3Server(['fleet']);
    const before = { ...process.env };
    Object.assign(process.env, s3Credentials);
    try {
      const url = `s3://fleet/logs?endpoint=${server.endpoint}&region=us-east-1`;
      const outcome = await new LogUploads(join(dir, 's3'), { url, token: '' }, 'box/g/n').sync(
        new AbortController().signal,
      );
      expect(outcome).toEqual({ sent: 1, waiting: 0 });
      expect([...server.objects.keys()]).toEqual(['fleet/logs/box/g/n/m/1/1-1.parquet']);
    } finally {
      process.env = before;
      await server.close();
    }
  });
});
