import { definitionOf } from '../../nodes/catalog.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { language } from './language.ts';

/** German titles of node kinds; a kind without one keeps its own. Names of products and methods stay. */
export const germanKindTitles: Readonly<Record<string, string>> = {
  'data.file': 'Datei',
  'data.excel': 'Excel',
  'data.images': 'Bilder',
  'data.sqlite': 'SQLite',
  'data.postgres': 'PostgreSQL',
  'data.mysql': 'MySQL',
  'data.http': 'HTTP',
  'data.s3': 'S3',
  'data.stream': 'Datenstrom',
  'data.select': 'Spalten wählen',
  'data.filter': 'Zeilen filtern',
  'data.derive': 'Spalten ableiten',
  'data.join': 'Tabellen verbinden',
  'data.union': 'Vereinigen',
  'data.aggregate': 'Zusammenfassen',
  'data.pivot': 'Pivot',
  'data.unpivot': 'Entpivotieren',
  'data.window': 'Fenster',
  'data.sort': 'Sortieren',
  'data.sample': 'Stichprobe',
  'data.dedupe': 'Dubletten entfernen',
  'data.split': 'Aufteilen',
  'data.sql': 'SQL',
  'data.python': 'Python',
  'data.metrics': 'Kennzahlentabelle',
  'data.expect': 'Erwartungen',
  'data.compare': 'Tabellen vergleichen',
  'data.write-file': 'Datei schreiben',
  'data.write-sqlite': 'SQLite schreiben',
  'data.write-postgres': 'PostgreSQL schreiben',
  'data.write-s3': 'S3 schreiben',
  'feature.bucketize': 'In Klassen teilen',
  'feature.datetime': 'Datum und Zeit',
  'feature.encode': 'Kodieren',
  'feature.hash': 'Hashen',
  'feature.select': 'Merkmale auswählen',
  'feature.expression': 'Formel',
  'feature.target': 'Zielkodierung',
  'feature.image': 'Bild',
  'feature.cross': 'Kreuzen',
  'feature.polynomial': 'Polynom',
  'feature.tokenize': 'Token',
  'feature.text': 'Text',
  'feature.impute': 'Lücken füllen',
  'feature.join': 'Merkmale verbinden',
  'feature.scale': 'Skalieren',
  'feature.view': 'Merkmalssicht',
  'feature.service': 'Merkmalsdienst',
  'feature.shared-service': 'Merkmalsdienst von anderswo',
  'monitor.drift': 'Verschiebungsmonitor',
  'monitor.performance': 'Gütemonitor',
  'monitor.retrain': 'Nachtrainieren',
  'serve.adjust': 'Nachbearbeitung',
  'monitor.system': 'Systemmonitor',
  'serve.batch': 'Stapelvorhersage',
  'serve.endpoint': 'Endpunkt',
  'serve.router': 'Weiche',
  'train.calibrate': 'Kalibrieren',
  'train.cross-validate': 'Kreuzvalidieren',
  'train.evaluate': 'Auswerten',
  'train.explain': 'Erklären',
  'train.forest': 'Zufallswald',
  'train.gate': 'Gütegrenze',
  'train.linear': 'Lineares Modell',
  'train.mlp': 'Neuronales Netz',
  'train.cnn': 'Faltungsnetz',
  'train.cluster': 'Gruppen finden',
  'train.anomaly': 'Auffälligkeiten',
  'train.forecast': 'Zeitreihe vorhersagen',
  'train.onnx': 'ONNX-Modell',
  'train.python': 'Python-Modell',
  'train.ray': 'Ray Train',
  'train.recommend': 'Empfehlungen',
  'train.register': 'Eintragen',
  'train.search': 'Suche',
  'train.pca': 'Hauptkomponenten',
  'train.trees': 'Verstärkte Bäume',
};

/** Title of a kind in the language of the app. */
export function kindTitle(definition: Pick<NodeDefinition, 'kind' | 'title'>): string {
  if (language() !== 'de' || !Object.hasOwn(germanKindTitles, definition.kind)) return definition.title;
  return germanKindTitles[definition.kind] ?? definition.title;
}

/** The same by the id of the kind; one that this version does not know keeps its id. */
export function titleOfKind(kind: string): string {
  const definition = definitionOf(kind);
  return definition ? kindTitle(definition) : kind;
}
