import { defineText } from '../translation/define-text.ts';

export const t = defineText(
  {
    endpointFailed: (name: string) => `Endpoint ${name} has failed`,
    took: (duration: string) => `It took ${duration}.`,
    show: 'Show',
    noPathForEngine: (name: string) =>
      `The engine cannot read ${name} from here. Put it on the engine's machine, or at an address (https, s3), and name it there in a node.`,
    runFailed: (name: string) => `Run of ${name} failed`,
    runSucceeded: (name: string) => `Run of ${name} has finished`,
    cannotOpen: (name: string) => `${name} cannot be opened here. Drop a graph, or a CSV, Parquet, JSON or ONNX file.`,
    openFirst: 'Open a graph first.',
    connectProposed: (url: string) => `A link proposes to connect to ${url}. Enter its token to do so.`,
  },
  {
    endpointFailed: (name) => `Endpunkt ${name} ist ausgefallen`,
    took: (duration) => `Das hat ${duration} gedauert.`,
    show: 'Zeigen',
    noPathForEngine: (name) =>
      `Die Engine kann ${name} von hier nicht lesen. Lege die Datei auf den Rechner der Engine oder unter eine Adresse (https, s3) und nenne sie so in einem Knoten.`,
    runFailed: (name) => `Lauf von ${name} ist fehlgeschlagen`,
    runSucceeded: (name) => `Lauf von ${name} ist fertig`,
    cannotOpen: (name) =>
      `${name} lässt sich hier nicht öffnen. Lege einen Graphen ab, oder eine CSV-, Parquet-, JSON- oder ONNX-Datei.`,
    openFirst: 'Öffne zuerst einen Graphen.',
    connectProposed: (url) => `Ein Link schlägt vor, sich mit ${url} zu verbinden. Gib dafür das Token ein.`,
  },
);
