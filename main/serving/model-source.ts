import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../shared/errors/app-error.ts';
import { modelFiles, modelFormOf, requireOnnxForm } from '../../shared/model/model-form.ts';
import { type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import { chosenVersions, type ModelConfig, platforms, readModelConfig } from './model-config.ts';

/** One model version to serve. */
export interface ModelSource {
  name: string;
  /** Digits only. */
  version: string;
  digest: string;
  /** Absolute path of the file that is loaded: the graph, or of a model that Python runs the estimator. */
  modelPath: string;
  /** Known for models trained here; without it only tensors can be sent, not rows. */
  manifest: ModelManifest | null;
  /** Parquet sample of the training rows, for drift; null where there is none. */
  referencePath: string | null;
  /** From `config.pbtxt`; empty without one. */
  config: ModelConfig;
}

/** A registered model: the folder of its artifact, with `model.json` and the file of its form. */
export interface ModelArtifact {
  name: string;
  version: string;
  digest: string;
  dir: string;
}

/** Errors: `model.not-found`, `model.invalid`. */
export async function artifactModelSource(artifact: ModelArtifact): Promise<ModelSource> {
  const manifestPath = join(artifact.dir, 'model.json');
  const label = `model ${artifact.name} version ${artifact.version}`;
  await requireFile(manifestPath, label);
  const manifest = await readManifest(manifestPath);
  const modelPath = join(artifact.dir, modelFiles[modelFormOf(manifest)]);
  await requireFile(modelPath, label);
  const { name, version, digest } = artifact;
  return {
    name,
    version,
    digest,
    modelPath,
    manifest,
    referencePath: await referenceIn(artifact.dir),
    config: {},
  };
}

/**
 * What `slipway serve PATH` serves: an ONNX file (name = file stem, version 1), a folder in Triton's layout
 * (`NAME/VERSION/model.onnx`; of each model the versions its `config.pbtxt` chooses, else the highest), or the folder of a
 * model artifact.
 * `name` replaces the name of a single model. Errors: `model.not-found`, `model.invalid`, `cli.usage`.
 */
export async function modelSourcesAt(path: string, name?: string): Promise<ModelSource[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new AppError('model.not-found', `There is no model at ${path}.`, {
      fix: 'Check the path; a registered model is named models:/NAME@ALIAS or models:/NAME/VERSION.',
    });
  }
  const sources = found.isDirectory() ? await sourcesInFolder(path) : [await onnxFileSource(path)];
  if (name === undefined) return sources;
  const [only] = sources;
  if (only === undefined || sources.length > 1) {
    throw new AppError('cli.usage', `${path} holds ${sources.length} models; one name does not fit.`, {
      fix: 'Leave the name out, or give the folder of one model.',
    });
  }
  return [{ ...only, name }];
}

async function onnxFileSource(path: string): Promise<ModelSource> {
  if (!path.toLowerCase().endsWith('.onnx')) {
    throw new AppError('model.invalid', `${path} is not an .onnx file.`, {
      fix: 'Give an ONNX file, a folder of models, or models:/NAME@ALIAS.',
    });
  }
  const stem = basename(path).slice(0, -'.onnx'.length);
  const digest = await sha256(path);
  return { name: stem, version: '1', digest, modelPath: path, manifest: null, referencePath: null, config: {} };
}

async function sourcesInFolder(dir: string): Promise<ModelSource[]> {
  if (await isModelFolder(dir)) {
    const manifest = await readManifest(join(dir, 'model.json'));
    const modelPath = join(dir, modelFiles[modelFormOf(manifest)]);
    await requireFile(modelPath, `model ${basename(dir)}`);
    return [
      {
        name: basename(dir),
        version: '1',
        digest: await sha256(modelPath),
        modelPath,
        manifest,
        referencePath: await referenceIn(dir),
        config: {},
      },
    ];
  }
  if ((await versionsIn(dir)).length > 0) return modelFolderSources(dir, basename(dir), undefined);
  const sources: ModelSource[] = [];
  for (const name of await folders(dir)) {
    const modelDir = join(dir, name);
    if ((await versionsIn(modelDir)).length > 0) sources.push(...(await modelFolderSources(modelDir, name, undefined)));
  }
  if (sources.length === 0) {
    const why = await whyUnserved(dir);
    const [skipped] = why === undefined ? await unservedVersions(dir) : [{ name: basename(dir), reason: why }];
    if (skipped !== undefined) throw notServed(skipped.name, skipped.reason);
    throw new AppError('model.not-found', `${dir} holds no model.`, {
      fix: 'A folder of models has the layout NAME/1/model.onnx.',
    });
  }
  return sources;
}

/** Whether `slipway serve DIR` serves a folder of models, which may be loaded and unloaded while serving. */
export async function isModelRepository(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory() || (await isFile(join(path, modelFiles.onnx))) || (await isModelFolder(path))) return false;
  return (await versionsIn(path)).length === 0;
}

/** Whether a folder is that of one `model` artifact. */
async function isModelFolder(dir: string): Promise<boolean> {
  if (!(await isFile(join(dir, 'model.json')))) return false;
  const found = await Promise.all(Object.values(modelFiles).map((file) => isFile(join(dir, file))));
  return found.includes(true);
}

/** Every model version in a folder of models. */
export async function repositoryVersions(root: string): Promise<{ name: string; version: string }[]> {
  const found: { name: string; version: string }[] = [];
  for (const name of await folders(root)) {
    for (const version of await versionsIn(join(root, name))) found.push({ name, version });
  }
  return found;
}

/** Versions in a folder of models that are not served, each with the reason; one without a version folder has none. */
export async function unservedVersions(root: string): Promise<{ name: string; version: string; reason: string }[]> {
  const found: { name: string; version: string; reason: string }[] = [];
  for (const name of await folders(root)) {
    const reason = await whyUnserved(join(root, name));
    if (reason === undefined) continue;
    const versions = await versionFolders(join(root, name));
    for (const version of versions.length === 0 ? [''] : versions) found.push({ name, version, reason });
  }
  return found;
}

/** Why nothing of a model's folder is served; undefined where something is, and where it is no model's folder. */
async function whyUnserved(dir: string): Promise<string | undefined> {
  const configPath = join(dir, 'config.pbtxt');
  if ((await versionsIn(dir)).length > 0) return undefined;
  if ((await versionFolders(dir)).length === 0 && !(await isFile(configPath))) return undefined;
  const platform = await readModelConfig(configPath).then(
    (config) => config.platform ?? '',
    () => '',
  );
  if (platform === 'ensemble') return 'only Triton puts an ensemble together; its models are served each by itself';
  if (platform !== '' && platform !== platforms.onnx) return `its platform is ${platform}, and only ONNX is served`;
  return `it has no VERSION/${modelFiles.onnx}`;
}

function notServed(name: string, reason: string): AppError {
  return new AppError('model.invalid', `Model "${name}" is not served: ${reason}.`, {
    fix: 'A folder of models has the layout NAME/1/model.onnx.',
  });
}

/**
 * The versions of one model's folder that `config`, else its `config.pbtxt`, chooses. Errors: `model.not-found`,
 * `model.invalid`.
 */
export async function modelFolderSources(
  dir: string,
  name: string,
  config: ModelConfig | undefined,
): Promise<ModelSource[]> {
  const used = config ?? (await readModelConfig(join(dir, 'config.pbtxt')));
  const why = await whyUnserved(dir);
  if (why !== undefined) throw notServed(name, why);
  const versions = chosenVersions(await versionsIn(dir), used);
  if (versions.length === 0) {
    throw new AppError('model.not-found', `There is no version of model "${name}" to serve in ${dir}.`, {
      fix: 'The layout is NAME/1/model.onnx; check also version_policy in config.pbtxt.',
    });
  }
  return Promise.all(versions.map((version) => versionSource(name, version, dir, used)));
}

async function versionSource(
  name: string,
  version: string,
  modelDir: string,
  config: ModelConfig,
): Promise<ModelSource> {
  const dir = join(modelDir, version);
  const modelPath = join(dir, modelFiles.onnx);
  const manifestPath = join(dir, 'model.json');
  const manifest = (await isFile(manifestPath)) ? await readManifest(manifestPath) : null;
  if (manifest !== null) requireOnnxForm(manifest, `The folder of models ${dirname(modelDir)}`);
  const referencePath = await referenceIn(dir);
  return { name, version, digest: await sha256(modelPath), modelPath, manifest, referencePath, config };
}

async function referenceIn(dir: string): Promise<string | null> {
  const path = join(dir, 'reference.parquet');
  return (await isFile(path)) ? path : null;
}

/** Version folders that hold a model. */
async function versionsIn(modelDir: string): Promise<string[]> {
  const versions = await versionFolders(modelDir);
  const complete = await Promise.all(versions.map((version) => isFile(join(modelDir, version, modelFiles.onnx))));
  return versions.filter((_, i) => complete[i]);
}

async function versionFolders(modelDir: string): Promise<string[]> {
  return (await folders(modelDir)).filter((folder) => /^\d{1,18}$/.test(folder));
}

async function folders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function readManifest(path: string): Promise<ModelManifest> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AppError('model.invalid', `${path} is not valid JSON.`, { fix: 'Train the model again.', cause });
  }
  const parsed = modelManifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem = issue === undefined ? 'unknown form' : `${issue.path.join('.')}: ${issue.message}`;
  throw new AppError('model.invalid', `${path} does not describe a model: ${problem}.`, {
    fix: 'Train the model again with this version.',
  });
}

async function requireFile(path: string, label: string): Promise<void> {
  if (await isFile(path)) return;
  throw new AppError('model.not-found', `The file ${path} of ${label} is missing.`, {
    fix: 'Run the graph again to rebuild the model.',
  });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
