import type { ErrorHelp } from '../../shared/docs/error-help.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { type LanguageChoice, language, languageOf, setLanguage } from './language.ts';
import { germanTexts, loadGerman } from './loaded-german.ts';
import { capitalized } from '../ui/format.ts';

/** Loads what the language of the app needs; before the first render. */
export async function startLanguage(): Promise<void> {
  if (language() === 'de') await loadGerman();
}

/** Changes the language once its texts are there. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  if (languageOf(choice) === 'de') await loadGerman();
  setLanguage(choice);
}

function inGerman(dictionary: 'labels' | 'options' | 'texts', english: string): string {
  return germanTexts()?.[dictionary][english] ?? english;
}

/** What helps with errors of a topic: the first part of their codes. */
export function errorHelpFor(topic: string, english: ErrorHelp): ErrorHelp {
  return germanTexts()?.germanErrorHelp[topic] ?? english;
}

/** What errors of a topic are called in German; undefined in English. */
export function germanErrorTitle(topic: string): string | undefined {
  return germanTexts()?.germanErrorHelp[topic]?.title;
}

type Described = Pick<NodeDefinition, 'kind' | 'summary' | 'help'>;

export function kindSummary(definition: Described): string {
  return germanTexts()?.germanKinds[definition.kind]?.summary || definition.summary;
}

/** Help of a kind, Markdown. */
export function kindHelp(definition: Described): string {
  return germanTexts()?.germanKinds[definition.kind]?.help || definition.help;
}

/** Text about a parameter, a port or an example of a kind. */
export function kindWords(english: string): string {
  return inGerman('texts', english);
}

/** `learningRate` → `Learning rate`. */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return capitalized(words);
}

/** Label of a parameter by its name. */
export function labelOf(name: string): string {
  return labelText(wordsOf(name));
}

/** Label, section or unit that a definition gives in English. */
export function labelText(english: string): string {
  return inGerman('labels', english);
}

/** Choices that are no plain words. */
const written: Readonly<Record<string, string>> = {
  Csv: 'CSV',
  Tsv: 'TSV',
  Json: 'JSON',
  Ndjson: 'NDJSON',
  'Utf 8': 'UTF-8',
  'Utf 16': 'UTF-16',
  'Latin 1': 'Latin-1',
  String: 'Text',
  Int64: 'Whole number',
  Int: 'Whole number',
  Float64: 'Number',
  Float: 'Number',
  Bool: 'True or false',
  Rgb: 'RGB',
  Mqtt: 'MQTT',
  'Scram sha 256': 'SCRAM-SHA-256',
  'Scram sha 512': 'SCRAM-SHA-512',
  Stddev: 'Standard deviation',
  'Rolling stddev': 'Rolling standard deviation',
  Pyarrow: 'PyArrow',
  'Tf idf': 'TF-IDF',
  'Min max': 'Min–max',
  'One hot': 'One-hot',
  Dayofyear: 'Day of the year',
  'Roc auc': 'ROC AUC',
  'Macro f1': 'Macro F1',
  Rmse: 'RMSE',
  Mae: 'MAE',
  R2: 'R²',
  Relu: 'ReLU',
  Adamw: 'AdamW',
  Sgd: 'SGD',
  'K means': 'k-means',
  Dbscan: 'DBSCAN',
  Tpe: 'TPE',
  Asha: 'ASHA',
  'Model bytes': 'Model size',
  'Train seconds': 'Training time',
};

/** A choice of a parameter as words: `one-hot` → `One-hot`. */
export function optionText(value: string): string {
  if (value === '') return labelText('Default');
  const words = wordsOf(value);
  return germanTexts()?.options[words] ?? written[words] ?? words;
}
