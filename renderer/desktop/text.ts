import { defineText } from '../translation/define-text.ts';

export const t = defineText(
  {
    runFailed: (name: string) => `Run of ${name} failed`,
    runSucceeded: (name: string) => `Run of ${name} has finished`,
    cannotOpen: (name: string) => `${name} cannot be opened here. Drop a graph, or a CSV, Parquet, JSON or ONNX file.`,
    openFirst: 'Open a graph first.',
    connectProposed: (url: string) => `A link proposes to connect to ${url}. Enter its token to do so.`,
  },
  {
    runFailed: (name) => `Lauf von ${name} ist fehlgeschlagen`,
    runSucceeded: (name) => `Lauf von ${name} ist fertig`,
    cannotOpen: (name) =>
      `${name} lässt sich hier nicht öffnen. Lege einen Graphen ab, oder eine CSV-, Parquet-, JSON- oder ONNX-Datei.`,
    openFirst: 'Öffne zuerst einen Graphen.',
    connectProposed: (url) => `Ein Link schlägt vor, sich mit ${url} zu verbinden. Gib dafür das Token ein.`,
  },
);
