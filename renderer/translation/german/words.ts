/** Labels of parameters, their sections and units, by the English. */
export const labels: Readonly<Record<string, string>> = {
  Default: 'Vorgabe',
  Length: 'Länge',
  tokens: 'Token',
  Path: 'Pfad',
  Format: 'Format',
  Delimiter: 'Trennzeichen',
  Header: 'Kopfzeile',
  Quote: 'Anführungszeichen',
  Encoding: 'Kodierung',
  Decimal: 'Dezimalzeichen',
  'Null values': 'Fehlende Werte',
  Types: 'Typen',
  Columns: 'Spalten',
  'Maximum object size': 'Größtes Objekt',
  Filename: 'Dateiname',
  Partitions: 'Partitionen',
  Sheet: 'Blatt',
  Range: 'Bereich',
  Label: 'Zielspalte',
  Width: 'Breite',
  Height: 'Höhe',
  Colours: 'Farben',
  Fit: 'Einpassung',
  Background: 'Hintergrund',
  'On broken': 'Bei Bruch',
  Table: 'Tabelle',
  Query: 'Abfrage',
  Host: 'Server',
  Port: 'Port',
  Database: 'Datenbank',
  User: 'Benutzer',
  Password: 'Passwort',
  Secret: 'Geheimnis',
  TLS: 'TLS',
  Refresh: 'Neu lesen',
  'Probe query': 'Prüfabfrage',
  Url: 'Adresse',
  Rows: 'Zeilen',
  Token: 'Token',
  Headers: 'Kopfzeilen',
  Pages: 'Seiten',
  'Page param': 'Seitenparameter',
  'First page': 'Erste Seite',
  Cursor: 'Cursor',
  'Most pages': 'Höchstens Seiten',
  'Most data': 'Höchstens Daten',
  'Time limit': 'Zeitgrenze',
  'Without an ONNX form': 'Ohne ONNX-Form',
  'Private hosts': 'Private Rechner',
  Key: 'Schlüssel',
  Bucket: 'Bucket',
  Endpoint: 'Endpunkt',
  Region: 'Region',
  'Access key id': 'Kennung des Schlüssels',
  'Secret access key': 'Geheimer Schlüssel',
  'Session token': 'Sitzungstoken',
  Source: 'Quelle',
  Name: 'Name',
  Address: 'Adresse',
  Topic: 'Thema',
  Authentication: 'Anmeldung',
  'Start at': 'Beginn',
  Fields: 'Felder',
  'Event time': 'Ereigniszeit',
  'Windows of event time': 'Fenster nach Ereigniszeit',
  'Dedupe key': 'Dublettenschlüssel',
  'Window seconds': 'Fensterlänge',
  'Slide seconds': 'Fensterschritt',
  'Lateness seconds': 'Verspätung',
  'Group by': 'Gruppieren nach',
  Aggregates: 'Kennzahlen',
  Function: 'Funktion',
  Field: 'Feld',
  'Run on close': 'Ausführen beim Schließen',
  'Keep days': 'Tage behalten',
  'Keep events': 'Ereignisse behalten',
  'Keep megabytes': 'Megabyte behalten',
  Speed: 'Tempo',
  Mode: 'Art',
  Rename: 'Umbenennen',
  'On cast failure': 'Bei falschem Typ',
  Match: 'Verknüpfung',
  Conditions: 'Bedingungen',
  Column: 'Spalte',
  Is: 'Ist',
  Value: 'Wert',
  Values: 'Werte',
  Expression: 'Ausdruck',
  Negate: 'Umkehren',
  Type: 'Typ',
  How: 'Wie',
  'Left keys': 'Schlüssel links',
  'Right keys': 'Schlüssel rechts',
  Cardinality: 'Kardinalität',
  Unmatched: 'Ohne Partner',
  Suffix: 'Nachsilbe',
  Names: 'Namen',
  Measures: 'Maße',
  Quantile: 'Quantil',
  Prefix: 'Vorsilbe',
  'Name column': 'Namensspalte',
  'Value column': 'Wertspalte',
  'Keep missing': 'Fehlende behalten',
  'Partition by': 'Aufteilen nach',
  'Order by': 'Ordnen nach',
  Descending: 'Absteigend',
  Size: 'Größe',
  Current: 'Aktuelle Zeile',
  By: 'Nach',
  Limit: 'Grenze',
  Method: 'Verfahren',
  Fraction: 'Anteil',
  Within: 'Innerhalb von',
  Seed: 'Startwert',
  Keys: 'Schlüssel',
  Keep: 'Behalten',
  'Test share': 'Testanteil',
  Folds: 'Teile',
  Fold: 'Teil',
  'Train before': 'Training vor',
  'Test from': 'Test ab',
  'Test to': 'Test bis',
  Inputs: 'Eingänge',
  Outputs: 'Ausgänge',
  Script: 'Skript',
  Library: 'Bibliothek',
  Interpreter: 'Interpreter',
  'Memory limit': 'Speichergrenze',
  Expectations: 'Erwartungen',
  Check: 'Prüfung',
  'On break': 'Bei Bruch',
  Min: 'Kleinster',
  Max: 'Größter',
  Pattern: 'Muster',
  References: 'Verweist auf',
  'Max age hours': 'Höchstalter in Stunden',
  'Max shift': 'Größte Verschiebung',
  Examples: 'Beispiele',
  Alpha: 'Alpha',
  'Minimum rows': 'Mindestzeilen',
  Multivariate: 'Mehrdimensional',
  'On drift': 'Bei Verschiebung',
  Compression: 'Kompression',
  Existing: 'Vorhandene Datei',
  'Make folder': 'Ordner anlegen',
  Buckets: 'Klassen',
  Edges: 'Grenzen',
  Output: 'Ausgabe',
  Parts: 'Teile',
  Cyclic: 'Zyklisch',
  Holidays: 'Feiertage',
  'Max categories': 'Höchstens Kategorien',
  'Min frequency': 'Mindesthäufigkeit',
  Task: 'Aufgabe',
  Smoothing: 'Glättung',
  'Divide by': 'Teilen durch',
  Mean: 'Mittelwert',
  'Standard deviation': 'Standardabweichung',
  Features: 'Merkmale',
  Degree: 'Grad',
  'Different columns only': 'Nur verschiedene Spalten',
  'Words per term': 'Wörter je Begriff',
  'Max terms': 'Höchstens Begriffe',
  'Min rows': 'Mindestzeilen',
  Numbers: 'Zahlen',
  Number: 'Zahl',
  Text: 'Text',
  'Text value': 'Textwert',
  'Infinite numbers': 'Unendliche Zahlen',
  'Missing indicator': 'Fehlt-Anzeiger',
  'Min score': 'Mindestwert',
  Always: 'Immer',
  Timestamp: 'Zeitpunkt',
  'Key columns': 'Schlüsselspalten',
  From: 'Von',
  To: 'Bis',
  'Created filter': 'Nur Bekanntes',
  'Event timestamp': 'Ereigniszeit',
  'Created timestamp': 'Bekannt seit',
  'Time to live': 'Gültigkeitsdauer',
  Description: 'Beschreibung',
  Owner: 'Zuständig',
  Version: 'Version',
  Service: 'Dienst',
  'Window rows': 'Fensterzeilen',
  'Rolling windows': 'Vorige Fenster',
  'Alarm windows': 'Alarmfenster',
  'Last windows': 'Letzte Fenster',
  Webhook: 'Webhook',
  Email: 'E-Mail',
  Metric: 'Kennzahl',
  'Maximum drop': 'Größter Abfall',
  'On realized drop': 'Bei gesunkener Güte',
  'New labels': 'Neue Zielwerte',
  'Every hours': 'Alle Stunden',
  Window: 'Fenster',
  'Holdout rows': 'Zurückgehaltene Zeilen',
  Rollout: 'Einführung',
  'Stage rows': 'Zeilen je Stufe',
  'Stage minutes': 'Minuten je Stufe',
  Approval: 'Freigabe',
  'Cooldown minutes': 'Ruhezeit in Minuten',
  'Budget per day': 'Höchstens je Tag',
  Probabilities: 'Wahrscheinlichkeiten',
  Threads: 'Threads',
  'Max batch rows': 'Höchstens Stapelzeilen',
  'Max queue rows': 'Höchstens wartende Zeilen',
  'Batching delay': 'Wartezeit auf Stapel',
  'Preferred batches': 'Bevorzugte Stapel',
  Priorities: 'Vorränge',
  'Timeout ms': 'Zeitgrenze in ms',
  'On timeout': 'Bei Zeitablauf',
  'Fewest workers': 'Wenigste Worker',
  'Most workers': 'Meiste Worker',
  'Queue time': 'Wartezeit',
  'Idle time': 'Leerlaufzeit',
  Balancing: 'Verteilung',
  'Request log': 'Anfragenprotokoll',
  'Payload log': 'Nutzlastprotokoll',
  Ownership: 'Zuständigkeit',
  'On call': 'In Bereitschaft',
  Sink: 'Empfänger',
  Send: 'Senden',
  'Leave out columns': 'Spalten auslassen',
  'Log retention days': 'Protokoll behalten',
  'MQTT broker': 'MQTT-Broker',
  'Send to': 'Senden an',
  'Response cache': 'Antwortspeicher',
  'When features are missing': 'Wenn Merkmale fehlen',
  'Refresh views every': 'Sichten erneuern alle',
  'Replay requests every': 'Anfragen nachrechnen alle',
  Defaults: 'Vorgaben',
  'p99 objective': 'p99-Ziel',
  Gap: 'Lücke',
  Search: 'Suche',
  'Parallel folds': 'Gleichzeitige Teile',
  Confidence: 'Sicherheit',
  'Group column': 'Gruppenspalte',
  'False positive cost': 'Kosten eines Fehlalarms',
  'False negative cost': 'Kosten eines Versäumnisses',
  Resamples: 'Ziehungen',
  Repeats: 'Wiederholungen',
  Class: 'Klasse',
  'Class weight': 'Klassengewicht',
  Weight: 'Gewicht',
  Trees: 'Bäume',
  'Feature share': 'Merkmalsanteil',
  Bootstrap: 'Bootstrap',
  'Min rows per leaf': 'Mindestzeilen je Blatt',
  Leaves: 'Blätter',
  'Max depth': 'Größte Tiefe',
  'Max bins': 'Höchstens Intervalle',
  Passes: 'Lässt durch',
  Objective: 'Ziel',
  'Regularisation (L2)': 'Regularisierung (L2)',
  'Regularisation (L1)': 'Regularisierung (L1)',
  'Max iterations': 'Höchstens Schritte',
  Tolerance: 'Toleranz',
  'Hidden layers': 'Verdeckte Schichten',
  Embeddings: 'Einbettungen',
  Activation: 'Aktivierung',
  Epochs: 'Epochen',
  'Batch size': 'Stapelgröße',
  'Learning rate': 'Lernrate',
  Optimizer: 'Optimierer',
  Schedule: 'Verlauf',
  Dropout: 'Dropout',
  'Weight decay': 'Gewichtsabnahme',
  'Validation share': 'Prüfanteil',
  Patience: 'Geduld',
  Input: 'Eingang',
  Layout: 'Anordnung',
  Channels: 'Kanäle',
  Convolutions: 'Faltungen',
  Kernel: 'Kern',
  Clusters: 'Gruppen',
  Restarts: 'Neustarts',
  Radius: 'Radius',
  'Min neighbours': 'Mindestnachbarn',
  Components: 'Komponenten',
  Share: 'Anteil',
  'Rows per tree': 'Zeilen je Baum',
  Flag: 'Markierung',
  Time: 'Zeit',
  Target: 'Zielgröße',
  Series: 'Reihe',
  Horizon: 'Horizont',
  Season: 'Saison',
  Level: 'Niveau',
  Scores: 'Werte',
  Item: 'Artikel',
  Embedding: 'Einbettung',
  Ranking: 'Rangfolge',
  Group: 'Gruppe',
  'Per group': 'Je Gruppe',
  Count: 'Anzahl',
  Candidates: 'Kandidaten',
  Alias: 'Alias',
  Gates: 'Grenzen',
  Trainer: 'Lerner',
  Space: 'Suchraum',
  Low: 'Kleinster',
  High: 'Größter',
  Log: 'Logarithmisch',
  When: 'Wenn',
  Parameter: 'Parameter',
  In: 'In',
  Choices: 'Auswahl',
  Fixed: 'Fest',
  First: 'Zuerst',
  Constraints: 'Nebenbedingungen',
  Trials: 'Versuche',
  'Max seconds': 'Höchstens Sekunden',
  Sampler: 'Auswahl der Versuche',
  'Grid points': 'Gitterpunkte',
  Pruner: 'Abbruch',
  'Parallel trials': 'Gleichzeitige Versuche',
  'Validation rows': 'Prüfzeilen',
  'Never falls with': 'Fällt nie mit',
  'Never rises with': 'Steigt nie mit',
  'Min child weight': 'Mindestgewicht je Blatt',
  'Min gain to split': 'Mindestgewinn je Teilung',
  'Row sample': 'Zeilenanteil',
  'Column sample': 'Spaltenanteil',
  CSV: 'CSV',
  JSON: 'JSON',
  Connection: 'Verbindung',
  Request: 'Anfrage',
  Limits: 'Grenzen',
  Retention: 'Aufbewahrung',
  Replay: 'Abspielen',
  'At random': 'Zufällig',
  'By time': 'Nach Zeit',
  'Row order': 'Reihenfolge',
  Environment: 'Umgebung',
  'Rare categories': 'Seltene Kategorien',
  Normalise: 'Normalisieren',
  'Fill with': 'Füllen mit',
  'Without labels': 'Ohne Zielwerte',
  Catalog: 'Katalog',
  Alarm: 'Alarm',
  Triggers: 'Auslöser',
  'Going live': 'Inbetriebnahme',
  Queue: 'Warteschlange',
  Scaling: 'Skalierung',
  Publish: 'Veröffentlichen',
  'Joined features': 'Verbundene Merkmale',
  Groups: 'Gruppen',
  Decision: 'Entscheidung',
  Intervals: 'Intervalle',
  'Partial dependence': 'Partielle Abhängigkeit',
  Sampling: 'Stichprobe',
  Growth: 'Wachstum',
  Solver: 'Löser',
  'Early stopping': 'Früher Abbruch',
  'k-means': 'k-Means',
  DBSCAN: 'DBSCAN',
  Backtest: 'Rückschau',
  Budget: 'Aufwand',
  Validation: 'Prüfung',
  Stopping: 'Abbruch',
  bytes: 'Bytes',
  pixels: 'Pixel',
  MiB: 'MiB',
  s: 's',
  days: 'Tage',
  MB: 'MB',
  '×': '×',
  folds: 'Teile',
  rows: 'Zeilen',
  buckets: 'Klassen',
  categories: 'Kategorien',
  terms: 'Begriffe',
  features: 'Merkmale',
  windows: 'Fenster',
  labels: 'Zielwerte',
  h: 'h',
  min: 'min',
  ms: 'ms',
  trees: 'Bäume',
  leaves: 'Blätter',
  bins: 'Intervalle',
  epochs: 'Epochen',
  clusters: 'Gruppen',
  steps: 'Schritte',
  items: 'Artikel',
  trials: 'Versuche',
  iterations: 'Iterationen',
  'Time zone': 'Zeitzone',
  'From height': 'Von Höhe',
  'Protect slices': 'Scheiben schützen',
  Rule: 'Regel',
  'First name': 'Name des ersten',
  'Second name': 'Name des zweiten',
  'When busy': 'Bei Andrang',
  'Batch norm': 'Stapelnormierung',
  Resize: 'Größe ändern',
  Steps: 'Schritte',
  Severity: 'Schwere',
  Availability: 'Verfügbarkeit',
  Objectives: 'Ziele',
  'Latency ms': 'Latenz in ms',
  'Latency share': 'Anteil rechtzeitig',
  Saturation: 'Auslastung',
  'Queue share': 'Füllung der Schlange',
  'Silence minutes': 'Minuten Stille',
  'Stale minutes': 'Höchstalter in Minuten',
  'Log size': 'Größe des Protokolls',
  'Label keys': 'Schlüssel der Zielwerte',
  Labels: 'Zielwerte',
  'Label column': 'Spalte der Zielwerte',
  'Label minutes': 'Zielwerte lesen alle',
  Workers: 'Worker',
  'Cpus per worker': 'Kerne je Worker',
  'Gpus per worker': 'GPUs je Worker',
  PyTorch: 'PyTorch',
  'Batch rows': 'Stapelzeilen',
  Comparison: 'Vergleich',
  'Compare rows': 'Vergleichszeilen',
  'Front processes': 'Vorgeschaltete Prozesse',
};

/** Words of choices, by the English. */
export const options: Readonly<Record<string, string>> = {
  Auto: 'Automatisch',
  Csv: 'CSV',
  Tsv: 'TSV',
  Parquet: 'Parquet',
  Json: 'JSON',
  Ndjson: 'NDJSON',
  Arrow: 'Arrow',
  Yes: 'Ja',
  No: 'Nein',
  'Utf 8': 'UTF-8',
  'Utf 16': 'UTF-16',
  'Latin 1': 'Latin-1',
  Point: 'Punkt',
  Comma: 'Komma',
  String: 'Text',
  Int64: 'Ganzzahl',
  Float64: 'Kommazahl',
  Bool: 'Ja/Nein',
  Timestamp: 'Zeitpunkt',
  Date: 'Datum',
  Folder: 'Ordner',
  None: 'Keine',
  Grey: 'Grau',
  Rgb: 'RGB',
  Stretch: 'Strecken',
  Contain: 'Einpassen',
  Cover: 'Füllen',
  Quarantine: 'Quarantäne',
  Fail: 'Abbrechen',
  Off: 'Aus',
  Encrypt: 'Verschlüsseln',
  Verify: 'Prüfen',
  Always: 'Immer',
  Query: 'Abfrage',
  Never: 'Nie',
  One: 'Eine',
  Link: 'Link',
  Number: 'Nummer',
  Cursor: 'Cursor',
  Changed: 'Bei Änderung',
  Push: 'Senden',
  Mqtt: 'MQTT',
  Kafka: 'Kafka',
  Redis: 'Redis',
  File: 'Datei',
  Replay: 'Abspielen',
  Plain: 'Klartext',
  'Scram sha 256': 'SCRAM-SHA-256',
  'Scram sha 512': 'SCRAM-SHA-512',
  Earliest: 'Älteste',
  Latest: 'Neueste',
  Count: 'Anzahl',
  Sum: 'Summe',
  Mean: 'Mittelwert',
  Min: 'Kleinster',
  Max: 'Größter',
  Keep: 'Behalten',
  First: 'Erste',
  Drop: 'Weglassen',
  Missing: 'Fehlend',
  All: 'Alle',
  Any: 'Irgendeine',
  Equal: 'Gleich',
  'Not equal': 'Ungleich',
  Less: 'Kleiner',
  'At most': 'Höchstens',
  Greater: 'Größer',
  'At least': 'Mindestens',
  'One of': 'Eines von',
  'None of': 'Keines von',
  Contains: 'Enthält',
  'Starts with': 'Beginnt mit',
  'Ends with': 'Endet mit',
  Matches: 'Passt auf',
  Present: 'Vorhanden',
  Left: 'Links',
  Inner: 'Innen',
  Right: 'Rechts',
  Full: 'Beide',
  Semi: 'Mit Partner',
  Anti: 'Ohne Partner',
  'One to one': 'Eins zu eins',
  'One to many': 'Eins zu vielen',
  'Many to one': 'Viele zu eins',
  Allow: 'Erlauben',
  Warn: 'Warnen',
  Same: 'Gleiche',
  Common: 'Gemeinsame',
  Distinct: 'Verschiedene',
  Median: 'Median',
  Quantile: 'Quantil',
  Stddev: 'Standardabweichung',
  Variance: 'Varianz',
  Last: 'Letzte',
  Lag: 'Voriger',
  Lead: 'Nächster',
  Difference: 'Differenz',
  'Row number': 'Zeilennummer',
  Rank: 'Rang',
  'Dense rank': 'Dichter Rang',
  'Percent rank': 'Prozentrang',
  'Rolling mean': 'Gleitender Mittelwert',
  'Rolling sum': 'Gleitende Summe',
  'Rolling min': 'Gleitendes Minimum',
  'Rolling max': 'Gleitendes Maximum',
  'Rolling stddev': 'Gleitende Standardabweichung',
  'Rolling count': 'Gleitende Anzahl',
  'Running sum': 'Laufende Summe',
  'Running count': 'Laufende Anzahl',
  'Group mean': 'Gruppenmittel',
  'Group sum': 'Gruppensumme',
  'Group count': 'Gruppenanzahl',
  'Share of group': 'Anteil an der Gruppe',
  Fraction: 'Anteil',
  Rows: 'Zeilen',
  Random: 'Zufällig',
  Time: 'Zeit',
  Stratified: 'Geschichtet',
  Group: 'Gruppe',
  Pandas: 'pandas',
  Polars: 'Polars',
  Pyarrow: 'PyArrow',
  Tensor: 'Tensor',
  Other: 'Andere',
  Default: 'Vorgabe',
  'Two sample': 'Zwei Stichproben',
  Distance: 'Abstand',
  Evidently: 'Evidently',
  Report: 'Bericht',
  Gzip: 'Gzip',
  Zstd: 'Zstd',
  Replace: 'Ersetzen',
  Append: 'Anhängen',
  Upsert: 'Einfügen oder ändern',
  'Equal width': 'Gleiche Breite',
  Edges: 'Grenzen',
  Ordinal: 'Ordinal',
  'One hot': 'One-Hot',
  Year: 'Jahr',
  Month: 'Monat',
  Day: 'Tag',
  Weekday: 'Wochentag',
  Dayofyear: 'Tag im Jahr',
  Hour: 'Stunde',
  Minute: 'Minute',
  Frequency: 'Häufigkeit',
  Binary: 'Binär',
  Multiclass: 'Mehrere Klassen',
  Regression: 'Regression',
  'Tf idf': 'TF-IDF',
  Hashing: 'Hashing',
  'Most frequent': 'Häufigster',
  Constant: 'Konstante',
  'Mutual information': 'Gemeinsame Information',
  Importance: 'Wichtigkeit',
  Standard: 'Standard',
  'Min max': 'Min–Max',
  Robust: 'Robust',
  'Quantile normal': 'Normalquantil',
  Power: 'Potenz',
  'Roc auc': 'ROC AUC',
  Accuracy: 'Trefferquote',
  Precision: 'Genauigkeit',
  Recall: 'Sensitivität',
  Specificity: 'Spezifität',
  F1: 'F1',
  'Macro f1': 'Makro-F1',
  Rmse: 'RMSE',
  Mae: 'MAE',
  'Since change': 'Seit der Änderung',
  Sliding: 'Gleitend',
  Expanding: 'Wachsend',
  Canary: 'Canary',
  'At once': 'Auf einmal',
  Reject: 'Ablehnen',
  Refuse: 'Ablehnen',
  Python: 'Python',
  Delay: 'Hintanstellen',
  'Least outstanding': 'Wenigste offene',
  Session: 'Sitzung',
  Sampled: 'Stichprobe',
  Request: 'Anfragen',
  Response: 'Antworten',
  Structured: 'ein JSON-Objekt',
  Null: 'Null',
  Grouped: 'Gruppiert',
  Rolling: 'Rollend',
  Again: 'Nochmals',
  Isotonic: 'Isoton',
  Sigmoid: 'Sigmoid',
  Temperature: 'Temperatur',
  'Random forest': 'Zufallswald',
  'Extra trees': 'Extra Trees',
  Balanced: 'Ausgeglichen',
  On: 'An',
  Model: 'Modell',
  Table: 'Tabelle',
  Features: 'Merkmale',
  Squared: 'Quadratisch',
  Poisson: 'Poisson',
  Relu: 'ReLU',
  Tanh: 'Tanh',
  Adam: 'Adam',
  Adamw: 'AdamW',
  Sgd: 'SGD',
  Cosine: 'Kosinus',
  'Warmup cosine': 'Kosinus mit Anlauf',
  Steps: 'Stufen',
  Image: 'Bild',
  Sequence: 'Folge',
  'K means': 'k-Means',
  Dbscan: 'DBSCAN',
  'Seasonal naive': 'Saisonal naiv',
  'Exponential smoothing': 'Exponentielle Glättung',
  Trees: 'Bäume',
  Probabilities: 'Wahrscheinlichkeiten',
  Logits: 'Logits',
  Person: 'Person',
  'Train.trees': 'Verstärkte Bäume',
  'Train.forest': 'Zufallswald',
  'Train.linear': 'Lineares Modell',
  'Train.mlp': 'Neuronales Netz',
  'Train.cnn': 'Faltungsnetz',
  Float: 'Kommazahl',
  Int: 'Ganzzahl',
  'Log loss': 'Log-Verlust',
  'Average precision': 'Mittlere Genauigkeit',
  'Balanced accuracy': 'Ausgewogene Trefferquote',
  R2: 'R²',
  'Model bytes': 'Modellgröße',
  'Train seconds': 'Trainingszeit',
  Tpe: 'TPE',
  Grid: 'Gitter',
  Asha: 'ASHA',
  Hyperband: 'Hyperband',
  Ranking: 'Rangfolge',
  Info: 'Hinweis',
  Warning: 'Warnung',
  Critical: 'Dringend',
  Exact: 'Genau',
  Hnsw: 'HNSW',
  Torch: 'PyTorch',
};

/** What parameters, ports and examples of kinds say, by the English. */
export const texts: Readonly<Record<string, string>> = {
  'File or glob; relative to the graph file, absolute, or pkg:NAME/file for a file of an npm package':
    'Datei oder Muster; vom Ordner des Graphen aus, vollständig, oder pkg:NAME/datei für eine Datei eines npm-Pakets',
  'Format of the files; auto goes by the extension': 'Format der Dateien; automatisch richtet sich nach der Endung',
  'CSV: text between fields; empty finds it': 'CSV: Text zwischen Feldern; leer findet es',
  'CSV: whether the first line names the columns': 'CSV: ob die erste Zeile die Spalten benennt',
  'CSV: character around fields that hold the delimiter; empty finds it':
    'CSV: Zeichen um Felder, die das Trennzeichen enthalten; leer findet es',
  'CSV: text encoding; auto goes by the byte order mark, else UTF-8':
    'CSV: Textkodierung; automatisch richtet sich nach der Byte-Reihenfolge-Marke, sonst UTF-8',
  'CSV: what stands before the fraction of a number, as in 1.5 or 1,5':
    'CSV: was vor den Nachkommastellen steht, wie in 1.5 oder 1,5',
  'CSV: texts that stand for a missing value': 'CSV: Texte, die für einen fehlenden Wert stehen',
  'Column → type, in place of the type found': 'Spalte → Typ, statt des gefundenen Typs',
  'JSON: column → DuckDB type of the only columns to read, such as {"data": "FLOAT[]"}; empty finds all':
    'JSON: Spalte → DuckDB-Typ der einzigen Spalten, die gelesen werden, etwa {"data": "FLOAT[]"}; leer findet alle',
  'JSON: largest single object': 'JSON: größtes einzelnes Objekt',
  'Adds the column “filename”: the file of each row, relative to the common folder':
    'Fügt die Spalte „filename“ an: die Datei jeder Zeile, vom gemeinsamen Ordner aus',
  'Adds a column for each folder named like year=2024, as Hive and Spark write them; not for Arrow':
    'Fügt je Ordner mit einem Namen wie year=2024 eine Spalte an, wie Hive und Spark sie schreiben; nicht für Arrow',
  'Workbook (.xlsx); relative to the graph file, or absolute':
    'Arbeitsmappe (.xlsx); vom Ordner des Graphen aus oder vollständig',
  'Name of the sheet; empty takes the first': 'Name des Blatts; leer nimmt das erste',
  'Cells to read, such as B3:F200, or B3 for all from there on; empty takes all':
    'Zellen, die gelesen werden, etwa B3:F200, oder B3 für alle ab dort; leer nimmt alle',
  'The first row names the columns': 'Die erste Zeile benennt die Spalten',
  'Folder, whose PNG and JPEG files at any depth are read, or a glob such as photos/*/*.jpg':
    'Ordner, dessen PNG- und JPEG-Dateien jeder Tiefe gelesen werden, oder ein Muster wie fotos/*/*.jpg',
  'Folder: the name of the folder an image lies in is its label':
    'Ordner: der Name des Ordners, in dem ein Bild liegt, ist sein Zielwert',
  'Columns of pixels': 'Pixelspalten',
  'Rows of pixels': 'Pixelzeilen',
  'Grey: one value per pixel. RGB: three.': 'Grau: ein Wert je Pixel. RGB: drei.',
  'Images of another shape: stretch draws them out, contain adds a border, cover cuts off what is outside':
    'Bilder anderer Form: Strecken zieht sie lang, Einpassen gibt einen Rand, Füllen schneidet ab, was übersteht',
  'Behind clear pixels and in the border: 0 is black, 255 white':
    'Hinter durchsichtigen Pixeln und im Rand: 0 ist schwarz, 255 weiß',
  'Images that cannot be read: quarantine lists them with reasons, fail ends the step':
    'Bilder, die sich nicht lesen lassen: Quarantäne zählt sie mit Gründen auf, Abbrechen beendet den Schritt',
  'Database file; relative to the graph file or absolute':
    'Datenbankdatei; vom Ordner des Graphen aus oder vollständig',
  'Table or view to read; leave it empty to give a query':
    'Tabelle oder Sicht, die gelesen wird; leer für eine Abfrage',
  'One SELECT in SQLite’s SQL, in place of a table': 'Ein SELECT im SQL von SQLite, statt einer Tabelle',
  'Name or address of the server': 'Name oder Adresse des Servers',
  'Port of the server': 'Port des Servers',
  'Name of the database': 'Name der Datenbank',
  'Who to connect as': 'Als wer verbunden wird',
  'Secret with the password, as {"secret": "NAME"}; none where the server asks for none':
    'Geheimnis mit dem Passwort, als {"secret": "NAME"}; keins, wo der Server keins verlangt',
  'Encryption of the connection; verify also checks the certificate of the server':
    'Verschlüsselung der Verbindung; Prüfen sieht auch das Zertifikat des Servers an',
  'Table or view to read, perhaps as schema.table; leave it empty to give a query':
    'Tabelle oder Sicht, die gelesen wird, auch als schema.tabelle; leer für eine Abfrage',
  'One SELECT in PostgreSQL’s SQL, in place of a table': 'Ein SELECT im SQL von PostgreSQL, statt einer Tabelle',
  'When to read again: on every run, when the result of the probe query changes, or never':
    'Wann neu gelesen wird: bei jedem Lauf, wenn sich das Ergebnis der Prüfabfrage ändert, oder nie',
  'A cheap SELECT whose result changes with the data, such as SELECT max(updated_at), count(*) FROM orders':
    'Ein billiges SELECT, dessen Ergebnis sich mit den Daten ändert, etwa SELECT max(updated_at), count(*) FROM orders',
  'One SELECT in MySQL’s SQL, in place of a table': 'Ein SELECT im SQL von MySQL, statt einer Tabelle',
  'Address that starts with https:// or http://': 'Adresse, die mit https:// oder http:// beginnt',
  'Format of the answer; auto goes by its content type and the address':
    'Format der Antwort; automatisch richtet sich nach ihrem Inhaltstyp und der Adresse',
  'JSON: where the list of rows is, such as data.items; empty takes the answer, or its only list':
    'JSON: wo die Liste der Zeilen steht, etwa data.items; leer nimmt die Antwort oder ihre einzige Liste',
  'Secret that is sent as Authorization: Bearer': 'Geheimnis, das als Authorization: Bearer gesendet wird',
  'Headers to send, each a text or {"secret": "NAME"}':
    'Kopfzeilen, die gesendet werden, je ein Text oder {"secret": "NAME"}',
  'How to get to the next page: a Link header, a page number, or a cursor in the answer':
    'Wie es zur nächsten Seite geht: Link-Kopfzeile, Seitennummer oder ein Cursor in der Antwort',
  'number, cursor: name of the parameter in the address': 'Nummer, Cursor: Name des Parameters in der Adresse',
  'number: the first page': 'Nummer: die erste Seite',
  'cursor: where the cursor, or the address of the next page, is in the answer':
    'Cursor: wo in der Antwort der Cursor oder die Adresse der nächsten Seite steht',
  'More pages are an error': 'Mehr Seiten sind ein Fehler',
  'A larger answer, all pages together, is an error': 'Eine größere Antwort, alle Seiten zusammen, ist ein Fehler',
  'Time for all pages together': 'Zeit für alle Seiten zusammen',
  'Follow redirects and next pages to another host in a private network':
    'Folgt Umleitungen und nächsten Seiten zu einem anderen Rechner in einem privaten Netz',
  'When to read again: on every run, when the server names another ETag or date, or never':
    'Wann neu gelesen wird: bei jedem Lauf, wenn der Server ein anderes ETag oder Datum nennt, oder nie',
  'Key of an object, or a pattern such as sales/year=*/*.parquet':
    'Schlüssel eines Objekts, oder ein Muster wie sales/year=*/*.parquet',
  'Format of the objects; auto goes by the ending of the key':
    'Format der Objekte; automatisch richtet sich nach der Endung des Schlüssels',
  'Adds a column for each folder named like year=2024': 'Fügt je Ordner mit einem Namen wie year=2024 eine Spalte an',
  'Name of the bucket': 'Name des Buckets',
  'Address of a storage other than Amazon S3, such as https://minio.example.org':
    'Adresse eines anderen Speichers als Amazon S3, etwa https://minio.example.org',
  'Region of the bucket': 'Region des Buckets',
  'Secret with the access key id': 'Geheimnis mit der Kennung des Schlüssels',
  'Secret with the secret access key': 'Geheimnis mit dem geheimen Schlüssel',
  'Secret with the session token, where the keys are temporary':
    'Geheimnis mit dem Sitzungstoken, wo die Schlüssel befristet sind',
  'More than this is an error': 'Mehr als das ist ein Fehler',
  'Events that programs send to POST /streams/NAME/events, messages of an MQTT broker, a topic of Kafka, a Redis stream, a file that grows line by line, or the rows of a table played as events':
    'Ereignisse, die Programme an POST /streams/NAME/events senden, Nachrichten eines MQTT-Brokers, ein Thema von Kafka, ein Redis-Stream, eine Datei, die Zeile um Zeile wächst, oder die Zeilen einer Tabelle, als Ereignisse abgespielt',
  'Name of the stream: of the log that keeps its events and, for push, in the address they are sent to':
    'Name des Datenstroms: des Protokolls, das seine Ereignisse behält, und beim Senden in der Adresse',
  'MQTT, Kafka, Redis: address of the broker, such as mqtt://host:1883, kafka://host:9092,other:9092 or redis://host:6379; mqtts, kafkas and rediss are encrypted':
    'MQTT, Kafka, Redis: Adresse des Brokers, etwa mqtt://host:1883, kafka://host:9092,other:9092 oder redis://host:6379; mqtts, kafkas und rediss sind verschlüsselt',
  'MQTT: topics, where + and # stand for any; Kafka: topic; Redis: key of the stream':
    'MQTT: Themen, + und # stehen für beliebige; Kafka: Thema; Redis: Schlüssel des Streams',
  'File: one JSON object per line; lines that are added are events':
    'Datei: ein JSON-Objekt je Zeile; angefügte Zeilen sind Ereignisse',
  'MQTT, Kafka, Redis: user name': 'MQTT, Kafka, Redis: Benutzername',
  'MQTT, Kafka, Redis: secret with the password, as {"secret": "NAME"}':
    'MQTT, Kafka, Redis: Geheimnis mit dem Passwort, als {"secret": "NAME"}',
  'Kafka: how user and password are proved to the broker':
    'Kafka: wie Benutzer und Passwort dem Broker bewiesen werden',
  'Kafka: whether the first reading takes all messages that the broker has, or those that come from then on':
    'Kafka: ob das erste Lesen alle Nachrichten nimmt, die der Broker hat, oder die, die ab dann kommen',
  'Field → type of the events; replay takes those of the table when empty':
    'Feld → Typ der Ereignisse; Abspielen nimmt die der Tabelle, wenn leer',
  'Field with the time at which an event happened': 'Feld mit der Zeit, zu der ein Ereignis geschah',
  'Field that is equal in events that were sent twice; empty counts every event':
    'Feld, das in doppelt gesendeten Ereignissen gleich ist; leer zählt jedes Ereignis',
  'Length of a window': 'Länge eines Fensters',
  'Time from the start of one window to that of the next; 0 lets windows follow each other without overlap':
    'Zeit vom Beginn eines Fensters bis zum nächsten; bei 0 folgen Fenster ohne Überlappung aufeinander',
  'How long a window waits for events that come late, in event time':
    'Wie lange ein Fenster auf späte Ereignisse wartet, in Ereigniszeit',
  'Fields that a window has one row for each value of': 'Felder, für deren Werte ein Fenster je eine Zeile hat',
  'Columns of the result, such as [{"function": "mean", "field": "delay", "name": "mean_delay"}]':
    'Spalten des Ergebnisses, etwa [{"function": "mean", "field": "delay", "name": "mean_delay"}]',
  'Run the graph again whenever a window has closed, while slipway ui or up runs':
    'Führt den Graphen nochmals aus, wenn ein Fenster geschlossen hat, solange slipway ui oder up läuft',
  'Events that came longer ago may be removed; 0 keeps all':
    'Ereignisse, die länger zurückliegen, dürfen entfernt werden; 0 behält alle',
  'Events beyond the last so many may be removed; 0 keeps all':
    'Ereignisse jenseits der letzten so vielen dürfen entfernt werden; 0 behält alle',
  'Events beyond the last so many megabytes may be removed; 0 keeps all':
    'Ereignisse jenseits der letzten so vielen Megabyte dürfen entfernt werden; 0 behält alle',
  'Replay: how many times faster than it happened; 0 is as fast as possible':
    'Abspielen: wie viel schneller, als es geschah; 0 ist so schnell wie möglich',
  'Keep only the columns named, put them first and keep the others, or drop them':
    'Nur die genannten Spalten behalten, sie voranstellen und die anderen behalten, oder sie weglassen',
  'Columns, in the order they should have; none means all': 'Spalten in der gewünschten Reihenfolge; keine heißt alle',
  'Column → new name': 'Spalte → neuer Name',
  'Column → new type, by its name in the input': 'Spalte → neuer Typ, nach ihrem Namen im Eingang',
  'What a value that does not convert does: stop the step, or become missing':
    'Was ein Wert tut, der sich nicht umwandeln lässt: den Schritt beenden oder fehlen',
  'Whether a row must meet all conditions, or any': 'Ob eine Zeile alle Bedingungen erfüllen muss oder irgendeine',
  'Conditions on single columns': 'Bedingungen an einzelne Spalten',
  'Column to look at': 'Spalte, die angesehen wird',
  'How the value must be': 'Wie der Wert sein muss',
  'What to compare with; not used by oneOf, missing and present':
    'Womit verglichen wird; nicht für eines von, fehlend und vorhanden',
  'oneOf, noneOf: the values': 'Eines von, keines von: die Werte',
  'Condition in SQL, such as delay > 15 AND origin <> destination; a row must meet it too':
    'Bedingung in SQL, etwa delay > 15 AND origin <> destination; eine Zeile muss auch sie erfüllen',
  'Keep the other rows instead': 'Stattdessen die anderen Zeilen behalten',
  'New columns, one after another: each may use those before it':
    'Neue Spalten, eine nach der anderen: jede darf die vor ihr verwenden',
  'Name of the new column': 'Name der neuen Spalte',
  'Its value in SQL, such as delay > 15': 'Ihr Wert in SQL, etwa delay > 15',
  'Type to cast the value to; auto takes it as it comes':
    'Typ, in den der Wert umgewandelt wird; automatisch nimmt ihn, wie er kommt',
  'Which rows stay: all of the left, those with a partner, …; anti keeps left rows without a partner':
    'Welche Zeilen bleiben: alle linken, die mit Partner, …; „ohne Partner“ behält linke Zeilen, die keinen haben',
  'Columns of the left table that must be equal': 'Spalten der linken Tabelle, die gleich sein müssen',
  'Columns of the right table, in the same order; none means the same names':
    'Spalten der rechten Tabelle in derselben Reihenfolge; keine heißt dieselben Namen',
  'What must hold of the keys: many-to-one lets a right key come once, so no row is multiplied':
    'Was für die Schlüssel gelten muss: bei viele zu eins kommt ein rechter Schlüssel einmal vor, keine Zeile wird vervielfacht',
  'What left rows without a partner do': 'Was linke Zeilen ohne Partner tun',
  'Added to a column of the right table whose name the left one has too':
    'Wird an eine Spalte der rechten Tabelle gehängt, deren Namen auch die linke hat',
  'Tables must have the same columns; or take all columns, missing where absent; or only common ones':
    'Tabellen müssen gleiche Spalten haben; oder alle Spalten nehmen, fehlend, wo es sie nicht gibt; oder nur gemeinsame',
  'Name of a column that says which table a row is from; empty adds none':
    'Name einer Spalte, die sagt, aus welcher Tabelle eine Zeile ist; leer fügt keine an',
  'What that column says for the first, second, … table; else 1, 2, …':
    'Was diese Spalte für die erste, zweite, … Tabelle sagt; sonst 1, 2, …',
  'Columns whose combinations make the groups; none makes one group of all rows':
    'Spalten, deren Kombinationen die Gruppen bilden; keine macht eine Gruppe aus allen Zeilen',
  'What is computed of each group': 'Was von jeder Gruppe berechnet wird',
  'What to compute': 'Was berechnet wird',
  'Column to compute it of; not needed by count': 'Spalte, von der es berechnet wird; Anzahl braucht keine',
  'Name of the result; empty makes one such as mean_delay': 'Name des Ergebnisses; leer bildet einen wie mean_delay',
  'quantile: which, from 0 to 1': 'Quantil: welches, von 0 bis 1',
  'Columns whose combinations become rows': 'Spalten, deren Kombinationen zu Zeilen werden',
  'Column whose values become columns': 'Spalte, deren Werte zu Spalten werden',
  'What a cell holds of the rows that fall into it': 'Was eine Zelle von den Zeilen festhält, die in sie fallen',
  'Column the cells are computed of; not needed by count':
    'Spalte, von der die Zellen berechnet werden; Anzahl braucht keine',
  'Values that become columns, in this order; none takes all values, sorted, found when it runs':
    'Werte, die zu Spalten werden, in dieser Reihenfolge; keine nimmt alle Werte, sortiert, gefunden beim Ausführen',
  'Put before the names of the new columns': 'Wird vor die Namen der neuen Spalten gesetzt',
  'Columns that become rows; the others are repeated beside them':
    'Spalten, die zu Zeilen werden; die anderen werden daneben wiederholt',
  'Column with the name of the column': 'Spalte mit dem Namen der Spalte',
  'Column with its value': 'Spalte mit ihrem Wert',
  'Make rows of missing values too': 'Auch aus fehlenden Werten Zeilen machen',
  'Rows are looked at within each combination of these; none means all rows together':
    'Zeilen werden innerhalb jeder Kombination dieser Spalten betrachtet; keine heißt alle Zeilen zusammen',
  'What comes before and after; none means the order of the rows':
    'Was davor und danach kommt; keine heißt die Reihenfolge der Zeilen',
  'Column to order by': 'Spalte, nach der geordnet wird',
  'Largest or latest first': 'Größte oder späteste zuerst',
  'New columns': 'Neue Spalten',
  'Column to compute it of; not needed by row number, ranks and counts':
    'Spalte, von der es berechnet wird; Zeilennummer, Ränge und Anzahlen brauchen keine',
  'lag, lead, difference: how many rows away; rolling: how many rows':
    'Voriger, nächster, Differenz: wie viele Zeilen entfernt; gleitend: wie viele Zeilen',
  'Name of the result; empty makes one such as lag_price': 'Name des Ergebnisses; leer bildet einen wie lag_price',
  'rolling, running: include the row itself; off looks at earlier rows only':
    'Gleitend, laufend: die Zeile selbst einschließen; aus sieht nur frühere Zeilen an',
  'Columns to order by, the most important first': 'Spalten, nach denen geordnet wird, die wichtigste zuerst',
  'Keep only so many of the first rows; 0 keeps all': 'Nur so viele der ersten Zeilen behalten; 0 behält alle',
  'A share of the rows, a number of rows at random, or the first rows':
    'Ein Anteil der Zeilen, eine Anzahl zufälliger Zeilen, oder die ersten',
  'fraction: share of the rows to take': 'Anteil: Anteil der Zeilen, die genommen werden',
  'rows, first: rows to take': 'Zeilen, erste: wie viele Zeilen',
  'Take the share or number within each combination of these columns; none means overall':
    'Anteil oder Anzahl innerhalb jeder Kombination dieser Spalten nehmen; keine heißt insgesamt',
  'Another seed takes other rows': 'Ein anderer Startwert nimmt andere Zeilen',
  'Columns that say which rows are the same; none means all columns':
    'Spalten, die sagen, welche Zeilen dieselben sind; keine heißt alle Spalten',
  'Which row of a key stays: the first, the last, or none where there are several':
    'Welche Zeile eines Schlüssels bleibt: die erste, die letzte, oder keine, wo es mehrere gibt',
  'What first and last go by; none means the order of the rows':
    'Wonach sich erste und letzte richten; keine heißt die Reihenfolge der Zeilen',
  'How rows are assigned: at random, by time, at random within each class, or by whole groups':
    'Wie Zeilen zugeteilt werden: zufällig, nach Zeit, zufällig in jeder Klasse, oder in ganzen Gruppen',
  'Column the method looks at: the time, the class, or the group; not used by random':
    'Spalte, auf die das Verfahren sieht: Zeit, Klasse oder Gruppe; zufällig braucht keine',
  'Share of rows (of groups, by group) in the test table; not used by time':
    'Anteil der Zeilen (bei Gruppen: der Gruppen) in der Testtabelle; nicht nach Zeit',
  'Another seed gives another assignment; not used by time':
    'Ein anderer Startwert gibt eine andere Zuteilung; nicht nach Zeit',
  'Divides the rows into so many equal parts, one of which is the test table; 0: by share. Not used by time':
    'Teilt die Zeilen in so viele gleiche Teile, einer ist die Testtabelle; 0: nach Anteil. Nicht nach Zeit',
  'Which of the folds is the test table; Map over it measures every fold':
    'Welcher der Teile die Testtabelle ist; ein Wiederholen darüber misst jeden Teil',
  'Training rows are those before this time': 'Trainingszeilen sind die vor dieser Zeit',
  'Test rows start at this time; empty means where training ends':
    'Testzeilen beginnen mit dieser Zeit; leer heißt, wo das Training endet',
  'Test rows end before this time; empty means the last row':
    'Testzeilen enden vor dieser Zeit; leer heißt mit der letzten Zeile',
  'Names of the input tables; each is an input port and a table in the query':
    'Namen der Eingangstabellen; jede ist ein Eingang und eine Tabelle der Abfrage',
  'One SELECT over the inputs, in DuckDB’s SQL': 'Ein SELECT über die Eingänge, im SQL von DuckDB',
  'Columns of the result that order its rows; ties are broken by the other columns':
    'Spalten des Ergebnisses, nach denen seine Zeilen geordnet werden; Gleichstände entscheiden die anderen Spalten',
  'Names of the input tables; each is an input port and a variable of the script':
    'Namen der Eingangstabellen; jede ist ein Eingang und eine Variable des Skripts',
  'Variables that the script sets; each is an output port': 'Variablen, die das Skript setzt; jede ist ein Ausgang',
  'The script': 'Das Skript',
  'What the input tables are in the script': 'Was die Eingangstabellen im Skript sind',
  'Python program, such as .venv/bin/python; empty takes SLIPWAY_PYTHON, else python3':
    'Python-Programm, etwa .venv/bin/python; leer nimmt SLIPWAY_PYTHON, sonst python3',
  'Columns of the first output and their types, so that later steps know them before a run; checked':
    'Spalten des ersten Ausgangs und ihre Typen, damit spätere Schritte sie vor einem Lauf kennen; wird geprüft',
  'Seeds random and numpy before the script starts': 'Startwert für random und numpy, bevor das Skript beginnt',
  'The script is ended after this time': 'Nach dieser Zeit wird das Skript beendet',
  'Memory the script may take, where the system can limit it (Linux)':
    'Speicher, den das Skript nehmen darf, wo das System es begrenzen kann (Linux)',
  'Name of the column that says which report a row is of':
    'Name der Spalte, die sagt, von welchem Bericht eine Zeile ist',
  'What that column says for the first, second, … report; else 1, 2, …':
    'Was diese Spalte für den ersten, zweiten, … Bericht sagt; sonst 1, 2, …',
  'The contract, such as [{"check": "notNull", "column": "id"}]; empty suggests one in the report':
    'Der Vertrag, etwa [{"check": "notNull", "column": "id"}]; leer schlägt im Bericht einen vor',
  'Column it is about': 'Spalte, um die es geht',
  'Largest population stability index against the same column of the reference':
    'Größter Population Stability Index gegen dieselbe Spalte der Vergleichstabelle',
  'What a broken expectation does, where it does not say itself':
    'Was eine gebrochene Erwartung tut, wo sie es nicht selbst sagt',
  'Broken rows shown per expectation': 'Gebrochene Zeilen, die je Erwartung gezeigt werden',
  'Tests for both sample sizes, distances against their size without drift, or the numbers of Evidently':
    'Tests für beide Stichprobengrößen, Abstände gegen ihre Größe ohne Verschiebung, oder die Zahlen von Evidently',
  'False discovery rate over all columns': 'Anteil falscher Entdeckungen über alle Spalten',
  'Rows of each table below which there is no verdict': 'Zeilen je Tabelle, unter denen es kein Urteil gibt',
  'Also compare rows as a whole: some drift shows in no single column':
    'Auch ganze Zeilen vergleichen: manche Verschiebung zeigt sich in keiner einzelnen Spalte',
  'Only say so, or end the step with an error, so that nothing after it runs':
    'Es nur sagen, oder den Schritt mit einem Fehler beenden, damit danach nichts läuft',
  'File to write; relative to the graph file, or absolute':
    'Datei, die geschrieben wird; vom Ordner des Graphen aus oder vollständig',
  'Format of the file; auto goes by the extension': 'Format der Datei; automatisch richtet sich nach der Endung',
  'auto: zstd inside Parquet, by .gz or .zst for CSV and JSON, else none':
    'Automatisch: zstd in Parquet, nach .gz oder .zst für CSV und JSON, sonst keine',
  'CSV: character between fields': 'CSV: Zeichen zwischen Feldern',
  'CSV: the first line names the columns': 'CSV: die erste Zeile benennt die Spalten',
  'What to do with a file of other content that is there already':
    'Was mit einer Datei anderen Inhalts geschieht, die schon da ist',
  'Make the folder where there is none': 'Den Ordner anlegen, wo keiner ist',
  'Database file; relative to the graph file, or absolute; made where there is none':
    'Datenbankdatei; vom Ordner des Graphen aus oder vollständig; wird angelegt, wo keine ist',
  'Table to write, perhaps as schema.table; it is made where there is none':
    'Tabelle, die geschrieben wird, auch als schema.tabelle; wird angelegt, wo keine ist',
  'Add the rows, put them in the place of all others, or insert and update by key':
    'Die Zeilen anhängen, sie an die Stelle aller anderen setzen, oder nach Schlüssel einfügen und ändern',
  'Key columns of upsert; the table needs a unique index on them':
    'Schlüsselspalten zum Einfügen oder Ändern; die Tabelle braucht einen eindeutigen Index darauf',
  'Key of the object, such as out/scores.parquet': 'Schlüssel des Objekts, etwa out/scores.parquet',
  'Numeric columns to cut into buckets.': 'Zahlenspalten, die in Klassen geteilt werden.',
  'Quantile: equally many training rows per bucket. Equal width: equally long. Edges: where you say.':
    'Quantil: gleich viele Trainingszeilen je Klasse. Gleiche Breite: gleich lang. Grenzen: wo du sagst.',
  'Number of buckets; not used with edges. Equal values share a bucket, so there may be fewer.':
    'Anzahl der Klassen; nicht mit Grenzen. Gleiche Werte teilen eine Klasse, es können also weniger sein.',
  'Inner edges, ascending; a value on an edge belongs to the bucket above. Only with the method edges.':
    'Innere Grenzen, aufsteigend; ein Wert auf einer Grenze gehört zur Klasse darüber. Nur mit dem Verfahren Grenzen.',
  'Ordinal: the number of the bucket. One-hot: one 0/1 column per bucket, for linear models.':
    'Ordinal: die Nummer der Klasse. One-Hot: eine 0/1-Spalte je Klasse, für lineare Modelle.',
  'Columns with dates or times.': 'Spalten mit Datum oder Zeit.',
  'Sine and cosine instead of the number, so that December is next to January; for linear models and nets.':
    'Sinus und Kosinus statt der Zahl, damit Dezember neben Januar liegt; für lineare Modelle und Netze.',
  'Columns with categories: text, booleans or whole numbers.':
    'Spalten mit Kategorien: Text, Ja/Nein oder ganze Zahlen.',
  'Ordinal: one code per category, for trees. One-hot: one 0/1 column per category, for linear models. Frequency: the share of training rows with the category.':
    'Ordinal: ein Code je Kategorie, für Bäume. One-Hot: eine 0/1-Spalte je Kategorie, für lineare Modelle. Häufigkeit: der Anteil der Trainingszeilen mit der Kategorie.',
  'Keeps the most frequent categories; the others share one.':
    'Behält die häufigsten Kategorien; die anderen teilen sich eine.',
  'Categories with fewer training rows share one.': 'Kategorien mit weniger Trainingszeilen teilen sich eine.',
  'Columns with categories, also very many: text, booleans or whole numbers.':
    'Spalten mit Kategorien, auch sehr vielen: Text, Ja/Nein oder ganze Zahlen.',
  'The column that the model is going to predict.': 'Die Spalte, die das Modell vorhersagen wird.',
  'Auto: true/false, text and few whole numbers are classes, other numbers a regression.':
    'Automatisch: Ja/Nein, Text und wenige ganze Zahlen sind Klassen, andere Zahlen eine Regression.',
  'Rows that the mean of all rows counts for: rare categories are drawn to it.':
    'So viele Zeilen zählt der Mittelwert aller Zeilen: seltene Kategorien werden zu ihm gezogen.',
  'A training row gets what the other folds say about its category, never its own label.':
    'Eine Trainingszeile bekommt, was die anderen Teile über ihre Kategorie sagen, nie den eigenen Zielwert.',
  'Keeps the most frequent categories; the others get the mean of all rows.':
    'Behält die häufigsten Kategorien; die anderen bekommen den Mittelwert aller Zeilen.',
  'Start of the random draws.': 'Beginn der Zufallsziehungen.',
  'Columns with very many categories: text or whole numbers.':
    'Spalten mit sehr vielen Kategorien: Text oder ganze Zahlen.',
  'Number of buckets. More buckets, fewer values that share one.':
    'Anzahl der Klassen. Mehr Klassen, weniger Werte, die sich eine teilen.',
  'Ordinal: the number of the bucket, for trees. One-hot: one 0/1 column per bucket, for linear models.':
    'Ordinal: die Nummer der Klasse, für Bäume. One-Hot: eine 0/1-Spalte je Klasse, für lineare Modelle.',
  'Another seed lets other values share a bucket.': 'Ein anderer Startwert lässt andere Werte eine Klasse teilen.',
  'Tensor columns: every row a fixed number of pixel values.':
    'Tensorspalten: jede Zeile eine feste Anzahl von Pixelwerten.',
  'Pixels are divided by this: 255 for bytes, 1 for values from 0 to 1.':
    'Pixel werden hierdurch geteilt: 255 für Bytes, 1 für Werte von 0 bis 1.',
  'Subtracted after the division.': 'Wird nach dem Teilen abgezogen.',
  'Divides after the subtraction.': 'Teilt nach dem Abziehen.',
  'Features computed from columns, row by row.': 'Merkmale, die zeilenweise aus Spalten berechnet werden.',
  'Name of the feature.': 'Name des Merkmals.',
  'Its value, such as if(distance > 0, delay / distance, 0).': 'Sein Wert, etwa if(distance > 0, delay / distance, 0).',
  'Two or more columns with categories, in the order they are joined.':
    'Zwei oder mehr Spalten mit Kategorien, in der Reihenfolge, in der sie verbunden werden.',
  'Numbers to multiply with each other.': 'Zahlen, die miteinander multipliziert werden.',
  'Most factors of a product.': 'Höchstens so viele Faktoren hat ein Produkt.',
  'Only products of different columns, no squares and cubes.':
    'Nur Produkte verschiedener Spalten, keine Quadrate und Kuben.',
  'Columns with text of several words.': 'Spalten mit Text aus mehreren Wörtern.',
  'TF-IDF: one column per learnt term, rare terms weigh more. Hashing: words in a fixed number of buckets.':
    'TF-IDF: eine Spalte je gelerntem Begriff, seltene wiegen mehr. Hashing: Wörter in einer festen Anzahl von Klassen.',
  'Terms of up to this many words in a row; with TF-IDF.':
    'Begriffe aus bis zu so vielen Wörtern hintereinander; mit TF-IDF.',
  'Keeps the terms of the most rows; with TF-IDF.': 'Behält die Begriffe der meisten Zeilen; mit TF-IDF.',
  'Terms of fewer training rows are left out; with TF-IDF.':
    'Begriffe aus weniger Trainingszeilen fallen weg; mit TF-IDF.',
  'Number of buckets; with Hashing.': 'Anzahl der Klassen; mit Hashing.',
  'Columns to fill: numbers, booleans and text.': 'Spalten, die gefüllt werden: Zahlen, Ja/Nein und Text.',
  'What stands for a missing number. Keep leaves it missing: boosted trees have their own branch for it.':
    'Was für eine fehlende Zahl steht. Behalten lässt sie fehlen: verstärkte Bäume haben dafür einen eigenen Zweig.',
  'The number that stands for a missing one, with Constant.': 'Die Zahl, die mit Konstante für eine fehlende steht.',
  'What stands for missing text.': 'Was für fehlenden Text steht.',
  'The text that stands for a missing one, with Constant.': 'Der Text, der mit Konstante für einen fehlenden steht.',
  'Infinite numbers, and those too large for float32, count as missing. Keep leaves them, as the largest values of trees; linear models and networks cannot take them.':
    'Unendliche Zahlen und solche, die für float32 zu groß sind, zählen als fehlend. Behalten lässt sie, als größte Werte von Bäumen; lineare Modelle und Netze können sie nicht nehmen.',
  'Adds a feature NAME_missing per column: 1 where the value was missing, else 0.':
    'Fügt je Spalte ein Merkmal NAME_missing an: 1, wo der Wert fehlte, sonst 0.',
  'Mutual information: what a feature alone says of the label. Importance: what boosted trees make of it together with the others. Variance: how much it varies, without a label.':
    'Gemeinsame Information: was ein Merkmal allein über den Zielwert sagt. Wichtigkeit: was verstärkte Bäume daraus zusammen mit den anderen machen. Varianz: wie sehr es sich ändert, ohne Zielwert.',
  'The column to predict.': 'Die Spalte, die vorhergesagt wird.',
  'At most this many features, those of the highest scores.':
    'Höchstens so viele Merkmale, die mit den höchsten Werten.',
  'Features whose score is not above this go, however few are left.':
    'Merkmale, deren Wert nicht darüber liegt, gehen, wie wenige auch bleiben.',
  'Features that stay whatever their score.': 'Merkmale, die bleiben, was auch ihr Wert ist.',
  'Time of each label row: its features are those known then, and nothing later.':
    'Zeit jeder Zielzeile: ihre Merkmale sind die, die damals bekannt waren, und nichts Späteres.',
  'Label columns whose names differ from the keys of the views: {"key": "label column"}.':
    'Zielspalten, deren Namen von den Schlüsseln der Sichten abweichen: {"Schlüssel": "Zielspalte"}.',
  'Put the name of the view before each feature: VIEW__FEATURE.':
    'Den Namen der Sicht vor jedes Merkmal setzen: SICHT__MERKMAL.',
  'Without labels: entities are those of the first view with an event from this time on.':
    'Ohne Zielwerte: die Dinge der ersten Sicht mit einem Ereignis ab dieser Zeit.',
  'Without labels: entities have an event up to this time, and get the features known then.':
    'Ohne Zielwerte: die Dinge mit einem Ereignis bis zu dieser Zeit; sie bekommen die damals bekannten Merkmale.',
  'Use a row only from the time it became known on. Off, later corrections leak into training.':
    'Eine Zeile erst ab der Zeit verwenden, zu der sie bekannt wurde. Ausgeschaltet sickern spätere Korrekturen ins Training.',
  'Numeric columns to scale.': 'Zahlenspalten, die skaliert werden.',
  'Standard: mean 0 and standard deviation 1. Min-max: training rows from 0 to 1. Robust: median 0 and interquartile range 1. Quantile: the share of training rows below, or the normal value of that share. Power: as close to normal as a power makes it.':
    'Standard: Mittelwert 0 und Standardabweichung 1. Min–Max: Trainingszeilen von 0 bis 1. Robust: Median 0 und Quartilsabstand 1. Quantil: der Anteil der Trainingszeilen darunter, oder der Normalwert dieses Anteils. Potenz: so nah an der Normalverteilung, wie eine Potenz es macht.',
  'Name of the view: a letter, then letters, digits, _ or -. Requests ask for NAME:FEATURE.':
    'Name der Sicht: ein Buchstabe, dann Buchstaben, Ziffern, _ oder -. Anfragen fragen nach NAME:MERKMAL.',
  'Columns that name the entity, such as origin. None: the features are the same for everyone.':
    'Spalten, die das Ding benennen, etwa origin. Keine: die Merkmale sind für alle gleich.',
  'Column with the time from which on a row holds.': 'Spalte mit der Zeit, ab der eine Zeile gilt.',
  'Column with the time at which a row became known, if that can be later. Earlier, it is not used.':
    'Spalte mit der Zeit, zu der eine Zeile bekannt wurde, falls das später sein kann. Vorher wird sie nicht verwendet.',
  'How long after its event time a row may be used; 0 is for ever.':
    'Wie lange nach ihrer Ereigniszeit eine Zeile verwendet werden darf; 0 ist für immer.',
  'Columns with the feature values. None: all columns that are neither key nor time.':
    'Spalten mit den Merkmalswerten. Keine: alle Spalten, die weder Schlüssel noch Zeit sind.',
  'Names that differ from those of the source: {"source column": "name in the view"}.':
    'Namen, die von denen der Quelle abweichen: {"Quellspalte": "Name in der Sicht"}.',
  'What the features mean, for people who look for some.': 'Was die Merkmale bedeuten, für Leute, die welche suchen.',
  'Who to ask about them.': 'Wen man danach fragt.',
  'Name of the service: a letter, then letters, digits, _ or -. Requests ask for it by this name.':
    'Name des Dienstes: ein Buchstabe, dann Buchstaben, Ziffern, _ oder -. Anfragen nennen diesen Namen.',
  'A new version for other features or another meaning. A version that a registered model uses stays as it is.':
    'Eine neue Version für andere Merkmale oder eine andere Bedeutung. Eine Version, die ein eingetragenes Modell verwendet, bleibt, wie sie ist.',
  'Features of the service, each as VIEW:FEATURE. None: all features of all views.':
    'Merkmale des Dienstes, je als SICHT:MERKMAL. Keine: alle Merkmale aller Sichten.',
  'What the service is for, for people who look for features.': 'Wofür der Dienst ist, für Leute, die Merkmale suchen.',
  'Who to ask about it.': 'Wen man danach fragt.',
  'Name of a feature service, for its newest version, or NAME@VERSION for one version.':
    'Name eines Merkmalsdienstes für seine neueste Version, oder NAME@VERSION für eine Version.',
  'Most recent request rows that are compared; a window, unless windows follow the time of events':
    'Jüngste Anfragezeilen, die verglichen werden; ein Fenster, außer Fenster folgen der Ereigniszeit',
  'Input of the model with the time at which something happened: windows are spans of it. Empty: every windowRows rows as they come':
    'Eingabe des Modells mit der Zeit, zu der etwas geschah: Fenster sind Spannen davon. Leer: alle windowRows Zeilen, wie sie kommen',
  'Hours of departure': 'Stunden des Abflugs',
  'Requests may come ten minutes late, in any order.': 'Anfragen dürfen zehn Minuten spät kommen, in beliebiger Folge.',
  'Length of a window of event time': 'Länge eines Fensters nach Ereigniszeit',
  'How long a window of event time waits for rows that come late, in event time':
    'Wie lange ein Fenster nach Ereigniszeit auf späte Zeilen wartet, in Ereigniszeit',
  'Rows below which there is no verdict': 'Zeilen, unter denen es kein Urteil gibt',
  'False discovery rate over all columns of a window': 'Anteil falscher Entdeckungen über alle Spalten eines Fensters',
  'Windows before that each window is also compared with, to tell a sudden change from a slow one; 0 for none':
    'Vorige Fenster, mit denen jedes Fenster auch verglichen wird, um eine plötzliche Änderung von einer langsamen zu unterscheiden; 0 für keine',
  'Drifted windows among the last ones that raise the alarm; as many others clear it':
    'So viele verschobene unter den letzten Fenstern lösen den Alarm aus; ebenso viele andere heben ihn auf',
  'Last windows that are looked at; at least as many as raise the alarm':
    'Letzte Fenster, die angesehen werden; mindestens so viele, wie den Alarm auslösen',
  'Address that alerts are posted to as JSON, also in the form that Slack takes; or the topic of an MQTT broker, as mqtt://HOST:PORT/TOPIC':
    'Adresse, an die Alarme als JSON gehen, auch in der Form, die Slack nimmt; oder das Thema eines MQTT-Brokers, als mqtt://HOST:PORT/THEMA',
  'Addresses that alerts are mailed to; needs SLIPWAY_SMTP_URL in the environment of the engine':
    'Adressen, an die Alarme gemailt werden; braucht SLIPWAY_SMTP_URL in der Umgebung der Engine',
  'Watched metric; empty takes ROC AUC, or the root mean squared error of a regression':
    'Überwachte Kennzahl; leer nimmt ROC AUC, bei einer Regression die Wurzel des mittleren quadratischen Fehlers',
  'Requests of one window': 'Anfragen eines Fensters',
  'How much worse than on held-out rows a window may be, in units of the metric':
    'Wie viel schlechter als auf zurückgehaltenen Zeilen ein Fenster sein darf, in Einheiten der Kennzahl',
  'Dropped windows among the last ones that raise the alarm; as many others clear it':
    'So viele abgefallene unter den letzten Fenstern lösen den Alarm aus; ebenso viele andere heben ihn auf',
  'When realized performance has dropped': 'Wenn die gemessene Güte gesunken ist',
  'When inputs drift and estimated performance has dropped':
    'Wenn sich Eingaben verschieben und die geschätzte Güte gesunken ist',
  'After so many new labels; 0 is off': 'Nach so vielen neuen Zielwerten; 0 ist aus',
  'By schedule; 0 is off': 'Nach Zeitplan; 0 ist aus',
  'Train on requests since performance dropped, on the newest ones, or on those after the first training rows':
    'Auf Anfragen trainieren, seit die Güte sank, auf den neuesten, oder auf denen nach den ersten Trainingszeilen',
  'Newest labelled requests to train on, at most':
    'Höchstens so viele der neuesten Anfragen mit Zielwert zum Trainieren',
  'Fewer labelled requests are not trained on': 'Auf weniger Anfragen mit Zielwert wird nicht trainiert',
  'Newest labelled requests, kept out, on which both models are compared':
    'Neueste Anfragen mit Zielwert, zurückgehalten, auf denen beide Modelle verglichen werden',
  'The challenger must be better at this level of a paired test':
    'Der Challenger muss auf diesem Niveau eines gepaarten Tests besser sein',
  'Canary: copies of requests first, then 10 % and 50 % of them; at once: all of them':
    'Canary: erst Kopien von Anfragen, dann 10 % und 50 % von ihnen; auf einmal: alle',
  'Rows the new model works on at each stage of the canary':
    'Zeilen, die das neue Modell in jeder Stufe des Canary bearbeitet',
  'Shortest time of each stage': 'Kürzeste Zeit jeder Stufe',
  'A person must approve each new model before it goes live':
    'Ein Mensch muss jedes neue Modell freigeben, bevor es in Betrieb geht',
  'Rest after each retraining': 'Ruhe nach jedem Nachtraining',
  'Retrainings within 24 hours, at most': 'Höchstens so viele Nachtrainings in 24 Stunden',
  'Column with the predicted class or value; probabilities get the same name with _probability':
    'Spalte mit der vorhergesagten Klasse oder Zahl; Wahrscheinlichkeiten bekommen denselben Namen mit _probability',
  'Classification: also the probability of the second class, or of each of more than two':
    'Klassifikation: auch die Wahrscheinlichkeit der zweiten Klasse, oder jeder von mehr als zweien',
  'Columns to hand on; none: all': 'Spalten, die weitergegeben werden; keine: alle',
  'Threads inside one operator; a fixed number gives the same digits on any machine':
    'Threads innerhalb eines Operators; eine feste Zahl gibt auf jeder Maschine dieselben Ziffern',
  'Name of the model in URLs; empty takes the id of the graph':
    'Name des Modells in URLs; leer nimmt die Kennung des Graphen',
  'HTTP port on this machine; 0 takes any free one': 'HTTP-Port dieser Maschine; 0 nimmt irgendeinen freien',
  'Most rows of waiting requests that share one run of the model':
    'Höchstens so viele Zeilen wartender Anfragen teilen einen Durchlauf des Modells',
  'Rows that may wait; requests beyond are refused with status 503':
    'Zeilen, die warten dürfen; Anfragen darüber hinaus werden mit Status 503 abgelehnt',
  'Longest time that a request waits for others to share its run with; 0 never makes one wait':
    'Längste Zeit, die eine Anfrage auf andere wartet, um ihren Durchlauf zu teilen; bei 0 wartet nie eine',
  'Batch sizes that run without waiting for more, and are preferred to larger ones':
    'Stapelgrößen, die laufen, ohne auf mehr zu warten, und größeren vorgezogen werden',
  'Priorities from the highest down; requests choose with the parameter priority, from 1, and others have the lowest':
    'Vorränge vom höchsten abwärts; Anfragen wählen mit dem Parameter priority, ab 1, andere haben den niedrigsten',
  'Who answers for the endpoint: a team or person; empty takes the owner of its model':
    'Wer für den Endpunkt einsteht: ein Team oder eine Person; leer nimmt den Verantwortlichen des Modells',
  'Who is called when it fails: an address, a channel or a schedule; empty takes that of its model':
    'Wer gerufen wird, wenn er ausfällt: eine Adresse, ein Kanal oder ein Plan; leer nimmt die Angabe des Modells',
  'Address that whole requests and answers are sent to as CloudEvents, as by the logger of KServe; empty for none':
    'Adresse, an die ganze Anfragen und Antworten als CloudEvents gehen, wie beim Logger von KServe; leer für keine',
  'What is sent: requests, answers or both': 'Was gesendet wird: Anfragen, Antworten oder beides',
  'Attributes as headers and the payload as body, or all of it as one JSON object':
    'Attribute als Kopfzeilen und die Nutzlast als Rumpf, oder alles als ein JSON-Objekt',
  'Secret with the token for the sink, sent as Authorization: Bearer':
    'Geheimnis mit dem Token für den Empfänger, gesendet als Authorization: Bearer',
  'Rows of this priority that may wait; 0 bounds only the whole queue':
    'Zeilen dieses Vorrangs, die warten dürfen; 0 begrenzt nur die ganze Warteschlange',
  'Longest wait of its requests in the queue; 0 takes that of the endpoint':
    'Längste Wartezeit seiner Anfragen in der Schlange; 0 nimmt die des Endpunkts',
  'What becomes of a request that waited longer: refused, or behind the others of its priority':
    'Was aus einer Anfrage wird, die länger gewartet hat: abgelehnt, oder hinter die anderen ihres Vorrangs',
  'Workers that always run; with 0 the last one ends while nobody asks, and the next request starts it':
    'Worker, die immer laufen; bei 0 endet der letzte, solange niemand fragt, und die nächste Anfrage startet ihn',
  'Workers that a waiting queue may bring, as far as there are cores':
    'Worker, die eine wartende Schlange bringen darf, soweit es Kerne gibt',
  'Mean wait in the queue above which a worker is added':
    'Mittlere Wartezeit in der Schlange, über der ein Worker dazukommt',
  'With no worker as the fewest: time without a request after which the last one ends':
    'Mit keinem Worker als wenigste: Zeit ohne Anfrage, nach der der letzte endet',
  'Which worker gets a request: the one with the least to do, or one per x-slipway-session':
    'Welcher Worker eine Anfrage bekommt: der mit am wenigsten zu tun, oder einer je x-slipway-session',
  'Requests kept on this machine: none, up to 1,000 rows per second and above that a share, or all':
    'Anfragen, die auf dieser Maschine bleiben: keine, bis zu 1.000 Zeilen je Sekunde und darüber ein Anteil, oder alle',
  'Columns that are never written to the request log': 'Spalten, die nie ins Anfragenprotokoll geschrieben werden',
  'Logged requests older than this are removed': 'Protokollierte Anfragen, die älter sind, werden entfernt',
  'Address of an MQTT broker that is told every logged prediction, such as mqtt://host:1883; empty for none':
    'Adresse eines MQTT-Brokers, dem jede protokollierte Vorhersage gesagt wird, etwa mqtt://host:1883; leer für keinen',
  'Topic of the predictions; empty takes slipway/MODEL/predictions':
    'Thema der Vorhersagen; leer nimmt slipway/MODELL/predictions',
  'User name at the broker': 'Benutzername beim Broker',
  'Secret with the password at the broker, as {"secret": "NAME"}':
    'Geheimnis mit dem Passwort beim Broker, als {"secret": "NAME"}',
  'Where finished files of the request log are sent whenever it can be reached: s3://BUCKET/PREFIX, or an address that takes PUT; empty for nowhere':
    'Wohin fertige Dateien des Anfragenprotokolls gesendet werden, sobald es erreichbar ist: s3://BUCKET/PREFIX, oder eine Adresse, die PUT nimmt; leer für nirgends',
  'Secret with the token for an https address, sent as Authorization: Bearer':
    'Geheimnis mit dem Token für eine https-Adresse, gesendet als Authorization: Bearer',
  'Keeps answers and gives them again to equal requests, up to this size; 0 keeps none':
    'Behält Antworten und gibt sie auf gleiche Anfragen wieder, bis zu dieser Größe; 0 behält keine',
  'For an entity whose joined features are not online, or too old: missing values as in training, defaults, or no answer':
    'Für ein Ding, dessen verbundene Merkmale nicht online oder zu alt sind: fehlende Werte wie im Training, Vorgaben, oder keine Antwort',
  'How often the feature views of the graph are made again from their sources and brought online; 0 never':
    'Wie oft die Merkmalssichten des Graphen neu aus ihren Quellen gebildet und online gebracht werden; 0 nie',
  'How often logged requests are replayed: their joined features computed again as of their time and compared; 0 never':
    'Wie oft protokollierte Anfragen nachgerechnet werden: ihre verbundenen Merkmale zu ihrer Zeit nochmals berechnet und verglichen; 0 nie',
  'With “default”: the value of each column, {"column": value}; a column without one is missing':
    'Mit „Vorgabe“: der Wert jeder Spalte, {"Spalte": Wert}; eine Spalte ohne Wert fehlt',
  'Latency that 99 % of requests should stay under; in overload requests are refused rather than made to wait longer':
    'Latenz, unter der 99 % der Anfragen bleiben sollen; bei Überlast werden Anfragen eher abgelehnt, als länger zu warten',
  'Parts the rows are divided into; the model is trained once for each.':
    'Teile, in die die Zeilen geteilt werden; das Modell wird für jeden einmal trainiert.',
  'Stratified: classes, or ranges of a number, in equal shares. Grouped: rows of a group stay together. Time: each part is measured by a model of what came before.':
    'Geschichtet: Klassen, oder Bereiche einer Zahl, zu gleichen Anteilen. Gruppiert: Zeilen einer Gruppe bleiben zusammen. Zeit: jeder Teil wird von einem Modell dessen gemessen, was davor kam.',
  'The group, or the time, of each row; not used by the other methods.':
    'Gruppe oder Zeit jeder Zeile; die anderen Verfahren brauchen keine.',
  'By time: learn from all that came before, or from as many rows as the first fold.':
    'Nach Zeit: aus allem lernen, was davor kam, oder aus so vielen Zeilen wie der erste Teil.',
  'By time: what is left out before the measured rows, in hours (of a number: in its unit).':
    'Nach Zeit: was vor den gemessenen Zeilen ausgelassen wird, in Stunden (einer Zahl: in ihrer Einheit).',
  'A model of Search: search again in each fold (nested), or keep the parameters it found.':
    'Ein Modell der Suche: in jedem Teil neu suchen (geschachtelt), oder die gefundenen Parameter behalten.',
  'Folds at the same time, which share the threads and the memory of the step.':
    'Teile zur selben Zeit; sie teilen sich Threads und Speicher des Schritts.',
  'How sure the intervals of the means are.': 'Wie sicher die Intervalle der Mittelwerte sind.',
  'Isotonic: any rising curve, for many rows. Sigmoid (Platt): two numbers per class. Temperature: one number, for networks. Auto: the one with the least log loss on folds of the rows.':
    'Isoton: irgendeine steigende Kurve, für viele Zeilen. Sigmoid (Platt): zwei Zahlen je Klasse. Temperatur: eine Zahl, für Netze. Automatisch: was auf Teilen der Zeilen den kleinsten Log-Verlust hat.',
  'Column of groups to compare for fairness; empty for none':
    'Spalte mit Gruppen, die auf Fairness verglichen werden; leer für keine',
  'What acting without need costs; with both costs 0 no threshold is chosen':
    'Was Handeln ohne Grund kostet; sind beide Kosten 0, wird keine Schwelle gewählt',
  'What missing a case costs': 'Was es kostet, einen Fall zu versäumen',
  'Bootstrap resamples for the intervals of metrics, fewer above 100,000 rows; 0 for none':
    'Bootstrap-Ziehungen für die Intervalle der Kennzahlen, weniger über 100.000 Zeilen; 0 für keine',
  'Share of resamples inside an interval': 'Anteil der Ziehungen innerhalb eines Intervalls',
  'Held-out rows to look at, evenly spaced': 'Zurückgehaltene Zeilen, die angesehen werden, gleichmäßig verteilt',
  'Times each column is shuffled': 'So oft wird jede Spalte gemischt',
  'Columns whose effect is drawn; empty: the six that matter most':
    'Spalten, deren Wirkung gezeichnet wird; leer: die sechs wichtigsten',
  'Class whose score is explained; empty: the positive class of two, else the most frequent prediction':
    'Klasse, deren Wert erklärt wird; leer: die positive von zweien, sonst die häufigste Vorhersage',
  'Of the shuffles': 'Des Mischens',
  'Extra trees also draw the threshold of each split: faster, smoother, a little more biased.':
    'Extra Trees ziehen auch die Schwelle jeder Teilung: schneller, glatter, etwas stärker verzerrt.',
  'Balanced: every class counts the same in total. Probabilities are then no longer those of the data.':
    'Ausgeglichen: jede Klasse zählt insgesamt gleich. Wahrscheinlichkeiten sind dann nicht mehr die der Daten.',
  'A column of numbers ≥ 0: how much each row counts. Empty: all the same.':
    'Eine Spalte mit Zahlen ≥ 0: wie viel jede Zeile zählt. Leer: alle gleich.',
  'More trees are never worse, only slower; with more than two classes, one tree per class each.':
    'Mehr Bäume sind nie schlechter, nur langsamer; bei mehr als zwei Klassen je Klasse ein Baum.',
  'Share of the columns each split looks at; 0: the square root of their number for classes, a third for numbers.':
    'Anteil der Spalten, auf die jede Teilung sieht; 0: die Wurzel ihrer Anzahl bei Klassen, ein Drittel bei Zahlen.',
  'Draw the rows of each tree with replacement; auto: for random forests. Gives the out-of-bag score.':
    'Die Zeilen jedes Baums mit Zurücklegen ziehen; automatisch: bei Zufallswäldern. Ergibt den Out-of-Bag-Wert.',
  'Training rows a leaf needs.': 'Trainingszeilen, die ein Blatt braucht.',
  'Leaves of a tree at most.': 'Höchstens so viele Blätter hat ein Baum.',
  'Splits between root and leaf at most; 0 for no limit.':
    'Höchstens so viele Teilungen zwischen Wurzel und Blatt; 0 für keine Grenze.',
  'Intervals the values of a column are grouped into.': 'Intervalle, in die die Werte einer Spalte gruppiert werden.',
  'Start of the random draws of rows, columns and thresholds.':
    'Beginn der Zufallsziehungen von Zeilen, Spalten und Schwellen.',
  'Metric of the report that decides': 'Kennzahl des Berichts, die entscheidet',
  'How the metric must be to let the input pass': 'Wie die Kennzahl sein muss, damit der Eingang durchgeht',
  'What the metric is compared with': 'Womit die Kennzahl verglichen wird',
  'What is let through': 'Was durchgelassen wird',
  'What a regression predicts. Auto and squared: the mean; Poisson: the rate of a count, its logarithm linear.':
    'Was eine Regression vorhersagt. Automatisch und quadratisch: den Mittelwert; Poisson: die Rate einer Anzahl, ihr Logarithmus linear.',
  'Strength of the penalty ½ · l2 · Σ coefficient² on standardised columns; 0 for none.':
    'Stärke der Strafe ½ · l2 · Σ Koeffizient² auf standardisierten Spalten; 0 für keine.',
  'Strength of the penalty l1 · Σ |coefficient|, which sets weak coefficients to 0 (lasso; elastic net with L2).':
    'Stärke der Strafe l1 · Σ |Koeffizient|, die schwache Koeffizienten auf 0 setzt (Lasso; mit L2 Elastic Net).',
  'Steps of the solver at most.': 'Höchstens so viele Schritte des Lösers.',
  'Training stops when no standardised coefficient moves by more than this.':
    'Das Training endet, wenn sich kein standardisierter Koeffizient um mehr als das bewegt.',
  'Units of each hidden layer, from the input on; empty for none.':
    'Einheiten jeder verdeckten Schicht, vom Eingang an; leer für keine.',
  'Auto: each category of an ordinal encoding gets a vector of its own that is learnt.':
    'Automatisch: jede Kategorie einer Ordinalkodierung bekommt einen eigenen Vektor, der gelernt wird.',
  'Non-linearity after each hidden layer.': 'Nichtlinearität nach jeder verdeckten Schicht.',
  'Passes over the training rows at most.': 'Höchstens so viele Durchgänge durch die Trainingszeilen.',
  'Rows per update.': 'Zeilen je Aktualisierung.',
  'Size of the updates.': 'Größe der Aktualisierungen.',
  'Adam; AdamW with decoupled weight decay; SGD with momentum 0.9.':
    'Adam; AdamW mit entkoppelter Gewichtsabnahme; SGD mit Momentum 0,9.',
  'How the learning rate changes: down to 0 along a cosine, also after a short rise, or a tenth for each third.':
    'Wie sich die Lernrate ändert: einem Kosinus entlang auf 0, auch nach kurzem Anstieg, oder je Drittel auf ein Zehntel.',
  'Share of the outputs of hidden layers left out of each update: guards against overfitting.':
    'Anteil der Ausgänge verdeckter Schichten, der bei jeder Aktualisierung wegfällt: schützt vor Überanpassung.',
  'Pulls weights (not biases) towards 0.': 'Zieht Gewichte (nicht Biaswerte) gegen 0.',
  'Share of the training rows that only decides when to stop; 0 trains for all epochs.':
    'Anteil der Trainingszeilen, der nur über das Ende entscheidet; 0 trainiert alle Epochen.',
  'Stops after this many epochs without a lower validation loss and keeps the best one.':
    'Endet nach so vielen Epochen ohne kleineren Prüfverlust und behält die beste.',
  'Starting weights, validation rows and order of the batches follow from it.':
    'Anfangsgewichte, Prüfzeilen und Reihenfolge der Stapel folgen daraus.',
  'The feature with the pixels or samples; empty: the widest one. Other features join behind it.':
    'Das Merkmal mit den Pixeln oder Messwerten; leer: das breiteste. Andere Merkmale kommen danach dazu.',
  'Image: height × width pixels per channel. Sequence: samples in time per channel.':
    'Bild: Höhe × Breite Pixel je Kanal. Folge: Messwerte in der Zeit je Kanal.',
  'Values per pixel or moment; the values of one channel stand together.':
    'Werte je Pixel oder Augenblick; die Werte eines Kanals stehen zusammen.',
  'Rows of pixels of an image; 0: as many as columns.': 'Pixelzeilen eines Bildes; 0: so viele wie Spalten.',
  'Channels of each convolution; behind each, windows of 2 are reduced to their largest value.':
    'Kanäle jeder Faltung; hinter jeder werden Fenster von 2 auf ihren größten Wert verkleinert.',
  'Pixels or moments a convolution looks at, across; odd.':
    'Pixel oder Augenblicke, auf die eine Faltung sieht, quer; ungerade.',
  'k-means: round groups around centres. DBSCAN: dense groups of any shape, and noise between them.':
    'k-Means: runde Gruppen um Mittelpunkte. DBSCAN: dichte Gruppen beliebiger Form, und Rauschen dazwischen.',
  'Number of clusters of k-means; 0: the number from 2 to 10 with the best silhouette.':
    'Anzahl der Gruppen von k-Means; 0: die Anzahl von 2 bis 10 mit der besten Silhouette.',
  'Runs from other random starts; the tightest one is kept.': 'Läufe von anderen Zufallsanfängen; der engste bleibt.',
  'Rows closer than this are neighbours, in standard deviations of the columns.':
    'Zeilen, die näher sind, sind Nachbarn, in Standardabweichungen der Spalten.',
  'Neighbours (itself included) that make a row part of the inside of a cluster.':
    'Nachbarn (sich selbst eingeschlossen), die eine Zeile zum Inneren einer Gruppe machen.',
  'Name of the new column with the number of the cluster; −1 for noise.':
    'Name der neuen Spalte mit der Nummer der Gruppe; −1 für Rauschen.',
  'Components to keep, at most as many as there are feature columns.':
    'Komponenten, die bleiben, höchstens so viele, wie es Merkmalsspalten gibt.',
  'Name of the feature; the columns of the table are numbered: pc1, pc2 …':
    'Name des Merkmals; die Spalten der Tabelle sind nummeriert: pc1, pc2 …',
  'Share of the training rows that counts as anomalies: sets the threshold of the flag.':
    'Anteil der Trainingszeilen, der als auffällig zählt: setzt die Schwelle der Markierung.',
  'More trees give steadier scores.': 'Mehr Bäume geben ruhigere Werte.',
  'Rows each tree is grown on; few are enough to part what is unusual.':
    'Zeilen, auf denen jeder Baum wächst; wenige reichen, um Ungewöhnliches abzutrennen.',
  'Name of the new column with the score.': 'Name der neuen Spalte mit dem Wert.',
  'Name of the new column that says whether a row is above the threshold.':
    'Name der neuen Spalte, die sagt, ob eine Zeile über der Schwelle liegt.',
  'The column with the time of each value, at even steps: hours, days, weeks, months …':
    'Die Spalte mit der Zeit jedes Werts, in gleichen Schritten: Stunden, Tage, Wochen, Monate …',
  'The column to continue.': 'Die Spalte, die fortgesetzt wird.',
  'Rows with the same value belong to one series; empty: all rows are one.':
    'Zeilen mit demselben Wert gehören zu einer Reihe; leer: alle Zeilen sind eine.',
  'Steps to forecast.': 'Schritte, die vorhergesagt werden.',
  'Auto: the one with the least error in the backtest.': 'Automatisch: was in der Rückschau den kleinsten Fehler hat.',
  'Steps of a season, such as 7 for days or 12 for months; 0: found in the data, 1: none.':
    'Schritte einer Saison, etwa 7 bei Tagen oder 12 bei Monaten; 0: in den Daten gefunden, 1: keine.',
  'Origins in the past, one horizon apart, from which the methods are tried.':
    'Anfänge in der Vergangenheit, je einen Horizont auseinander, von denen aus die Verfahren erprobt werden.',
  'Share of the values that should fall between lower and upper.':
    'Anteil der Werte, der zwischen unten und oben fallen soll.',
  'Start of the random draws of the trees.': 'Beginn der Zufallsziehungen der Bäume.',
  'The .onnx file, or a folder with model.onnx; relative to the graph file, absolute, or pkg:NAME/file for a file of an npm package.':
    'Die .onnx-Datei, oder ein Ordner mit model.onnx; vom Ordner des Graphen aus, vollständig, oder pkg:NAME/datei für eine Datei eines npm-Pakets.',
  'The column with the text.': 'Die Spalte mit dem Text.',
  'The folder of the model with tokenizer.json or vocab.txt, or one of these files.':
    'Der Ordner des Modells mit tokenizer.json oder vocab.txt, oder eine dieser Dateien.',
  'Tokens of a text, special ones among them; longer texts are cut off, shorter ones padded.':
    'Token eines Textes, besondere mitgezählt; längere Texte werden abgeschnitten, kürzere aufgefüllt.',
  Sentiment: 'Stimmung',
  'The folder that save_pretrained wrote; ONNX model takes the same folder.':
    'Der Ordner, den save_pretrained schrieb; ONNX-Modell nimmt denselben Ordner.',
  'input_ids, attention_mask and token_type_ids.': 'input_ids, attention_mask und token_type_ids.',
  'The column the model predicts.': 'Die Spalte, die das Modell vorhersagt.',
  'The output with the scores; empty: the one that looks like probabilities, or the first of a regression.':
    'Der Ausgang mit den Werten; leer: der, der nach Wahrscheinlichkeiten aussieht, oder der erste einer Regression.',
  'What the scores of classes are; auto: probabilities when they are shares that sum to 1.':
    'Was die Werte der Klassen sind; automatisch: Wahrscheinlichkeiten, wenn sie Anteile sind, die 1 ergeben.',
  'The script; it sets model.': 'Das Skript; es setzt model.',
  'An estimator that has no ONNX form: refuse it, or let Python run it wherever the model is used.':
    'Ein Modell ohne ONNX-Form: ablehnen, oder überall von Python ausführen lassen.',
  'No ONNX form': 'Keine ONNX-Form',
  'A metric of your own: endpoints run this estimator in a Python process.':
    'Ein eigenes Abstandsmaß: Endpunkte führen dieses Modell in einem Python-Prozess aus.',
  'A column of numbers ≥ 0: how much each row counts; w in the script. Empty: all the same.':
    'Eine Spalte mit Zahlen ≥ 0: wie viel jede Zeile zählt; w im Skript. Leer: alle gleich.',
  'Python program, such as .venv/bin/python; empty takes SLIPWAY_PYTHON, else python3.':
    'Python-Programm, etwa .venv/bin/python; leer nimmt SLIPWAY_PYTHON, sonst python3.',
  'Seeds random and numpy before the script starts; seed in the script.':
    'Startwert für random und numpy, bevor das Skript beginnt; seed im Skript.',
  'The script is ended after this time.': 'Nach dieser Zeit wird das Skript beendet.',
  'Memory the script may take, where the system can limit it (Linux).':
    'Speicher, den das Skript nehmen darf, wo das System es begrenzen kann (Linux).',
  'Column of the likes with the item that was liked next: what the ranking learns from.':
    'Spalte der Vorlieben mit dem Artikel, der als nächster gefiel: woraus die Rangfolge lernt.',
  'Column of the items with their name, one row per item.':
    'Spalte der Artikel mit ihrem Namen, eine Zeile je Artikel.',
  'Columns of the items that say where they lie: alike items lie in the same direction.':
    'Spalten der Artikel, die sagen, wo sie liegen: ähnliche liegen in derselben Richtung.',
  'Columns of the items that the ranking weighs beside their nearness, such as rating or popularity.':
    'Spalten der Artikel, die die Rangfolge neben ihrer Nähe gewichtet, etwa Bewertung oder Beliebtheit.',
  'Column of the items whose values are to be mixed, such as the genre. None: no limit.':
    'Spalte der Artikel, deren Werte gemischt werden sollen, etwa das Genre. Keine: keine Grenze.',
  'Recommended items of one group at most.': 'Höchstens so viele empfohlene Artikel einer Gruppe.',
  'Items recommended.': 'Empfohlene Artikel.',
  'Nearest items that are ranked.': 'Nächste Artikel, die geordnet werden.',
  'Strength of the penalty ½ · l2 · Σ weight² of the ranking.': 'Stärke der Strafe ½ · l2 · Σ Gewicht² der Rangfolge.',
  'Name in the model registry; empty takes the id of the graph.':
    'Name im Modellverzeichnis; leer nimmt die Kennung des Graphen.',
  'Alias that moves to the new version; empty for none. Endpoints serve “champion”.':
    'Alias, der zur neuen Version wandert; leer für keinen. Endpunkte bedienen „champion“.',
  'What the model must reach to be registered, e.g. [{"metric": "rocAuc", "min": 0.7}].':
    'Was das Modell erreichen muss, um eingetragen zu werden, z. B. [{"metric": "rocAuc", "min": 0.7}].',
  'A metric of the report, e.g. rocAuc; or worstSliceRatio, gap.accuracy, modelBytes, latencyP99Ms.':
    'Eine Kennzahl des Berichts, z. B. rocAuc; oder worstSliceRatio, gap.accuracy, modelBytes, latencyP99Ms.',
  'Smallest value that passes.': 'Kleinster Wert, der besteht.',
  'Largest value that passes.': 'Größter Wert, der besteht.',
  'Person: the version is registered, but its alias moves only when somebody approves it.':
    'Person: die Version wird eingetragen, ihr Alias wandert aber erst, wenn jemand sie freigibt.',
  'Kind of model whose parameters are searched.': 'Art des Modells, dessen Parameter gesucht werden.',
  'Searched parameters of the trainer, e.g. [{"name": "leaves", "type": "int", "low": 7, "high": 127, "log": true}]; empty for the usual ones.':
    'Gesuchte Parameter des Lerners, z. B. [{"name": "leaves", "type": "int", "low": 7, "high": 127, "log": true}]; leer für die üblichen.',
  'Searched only in trials where another parameter, earlier in the list, has one of these values.':
    'Wird nur in Versuchen gesucht, in denen ein anderer Parameter, früher in der Liste, einen dieser Werte hat.',
  'Other parameters of the trainer, e.g. {"trees": 300}; those left out keep their defaults.':
    'Andere Parameter des Lerners, z. B. {"trees": 300}; was fehlt, behält seine Vorgabe.',
  'Values to try before all others, e.g. [{"leaves": 31}]; parameters left out are drawn.':
    'Werte, die vor allen anderen versucht werden, z. B. [{"leaves": 31}]; fehlende Parameter werden gezogen.',
  'A column of numbers ≥ 0: how much each training row counts. Empty: all the same.':
    'Eine Spalte mit Zahlen ≥ 0: wie viel jede Trainingszeile zählt. Leer: alle gleich.',
  'What the best trial is best at, on the validation rows. Auto: log loss for classes, RMSE for numbers.':
    'Worin der beste Versuch der beste ist, auf den Prüfzeilen. Automatisch: Log-Verlust bei Klassen, RMSE bei Zahlen.',
  'What the best trial must keep besides; trials that do not rank last, by how far they miss it.':
    'Was der beste Versuch daneben einhalten muss; Versuche, die es nicht tun, stehen hinten, danach, wie weit sie es verfehlen.',
  'A metric of the validation rows, the size of the model, or the time that training took.':
    'Eine Kennzahl der Prüfzeilen, die Größe des Modells, oder die Zeit des Trainings.',
  'Smallest value allowed.': 'Kleinster erlaubter Wert.',
  'Largest value allowed.': 'Größter erlaubter Wert.',
  'Trials at most.': 'Höchstens so viele Versuche.',
  'No new trial starts after this time; 0 for no limit. The result then depends on the speed of the machine.':
    'Nach dieser Zeit beginnt kein neuer Versuch; 0 für keine Grenze. Das Ergebnis hängt dann vom Tempo der Maschine ab.',
  'How trials are chosen: learning from those before, evenly, or every combination of a grid.':
    'Wie Versuche gewählt werden: aus früheren lernend, gleichmäßig, oder jede Kombination eines Gitters.',
  'Values of each number of a grid.': 'Werte jeder Zahl eines Gitters.',
  'Stops trials early whose validation loss lags behind that of others at the same iteration.':
    'Bricht Versuche früh ab, deren Prüfverlust bei derselben Iteration hinter dem anderer liegt.',
  'Trials at the same time, at most one per thread; they share what the step has. With 1 the result follows from the seed.':
    'Versuche zur selben Zeit, höchstens einer je Thread; sie teilen sich, was der Schritt hat. Mit 1 folgt das Ergebnis aus dem Startwert.',
  'Share of the training rows that trials are measured on, without folds.':
    'Anteil der Trainingszeilen, auf dem Versuche gemessen werden, ohne Teile.',
  'Measures each trial by cross-validation with so many folds, their mean; 0: on one part of the rows.':
    'Misst jeden Versuch durch Kreuzvalidierung mit so vielen Teilen, ihr Mittelwert; 0: auf einem Teil der Zeilen.',
  'Which rows those are; the last ones when rows are in order of time. With folds: each after those before it.':
    'Welche Zeilen das sind; die letzten, wenn Zeilen nach der Zeit stehen. Mit Teilen: jeder nach denen vor ihm.',
  'Trials and validation rows follow from it.': 'Versuche und Prüfzeilen folgen daraus.',
  'What a regression predicts. Auto and squared: the mean; quantile: a quantile; Poisson: the rate of a count; ranking: a score that orders the rows of a query by the label, their relevance (LambdaMART).':
    'Was eine Regression vorhersagt. Automatisch und quadratisch: den Mittelwert; Quantil: ein Quantil; Poisson: die Rate einer Anzahl; Rangfolge: einen Wert, der die Zeilen einer Anfrage nach dem Zielwert, ihrer Wichtigkeit, ordnet (LambdaMART).',
  'Share of the values below the prediction, with the quantile objective; 0.5 is the median.':
    'Anteil der Werte unter der Vorhersage, mit dem Ziel Quantil; 0,5 ist der Median.',
  'Rows with the same value belong to one query, with the ranking objective.':
    'Zeilen mit demselben Wert gehören zu einer Anfrage, mit dem Ziel Rangfolge.',
  'Numeric features the prediction never falls with.': 'Zahlenmerkmale, mit denen die Vorhersage nie fällt.',
  'Numeric features the prediction never rises with.': 'Zahlenmerkmale, mit denen die Vorhersage nie steigt.',
  'Boosting iterations; with more than two classes, one tree per class each.':
    'Boosting-Iterationen; bei mehr als zwei Klassen je Klasse ein Baum.',
  'Leaves of a tree at most: the main control of its complexity.':
    'Höchstens so viele Blätter hat ein Baum: der wichtigste Regler seiner Feinheit.',
  'Share of each tree that is added; smaller needs more trees.':
    'Anteil jedes Baums, der dazukommt; kleiner braucht mehr Bäume.',
  'Sum of second derivatives of the loss a leaf needs.':
    'Summe zweiter Ableitungen des Verlusts, die ein Blatt braucht.',
  'Loss reduction a split needs.': 'Verlustminderung, die eine Teilung braucht.',
  'Shrinks leaf values: added to the sum of second derivatives.':
    'Schrumpft Blattwerte: kommt zur Summe der zweiten Ableitungen dazu.',
  'Sets weak leaf values to zero: taken off the sum of gradients.':
    'Setzt schwache Blattwerte auf null: wird von der Summe der Gradienten abgezogen.',
  'Share of the rows each iteration sees.': 'Anteil der Zeilen, den jede Iteration sieht.',
  'Share of the columns each tree sees.': 'Anteil der Spalten, den jeder Baum sieht.',
  'Start of the random draws of rows, columns and validation part.':
    'Beginn der Zufallsziehungen von Zeilen, Spalten und Prüfteil.',
  'Share of the training rows kept out to watch the loss.':
    'Anteil der Trainingszeilen, der zurückgehalten wird, um den Verlust zu beobachten.',
  'Iterations without a better validation loss before training stops; 0 never stops.':
    'Iterationen ohne besseren Prüfverlust, nach denen das Training endet; 0 endet nie früher.',
  'The rows of the files, in file order': 'Die Zeilen der Dateien, in ihrer Reihenfolge',
  'The rows of the sheet; empty rows are left out': 'Die Zeilen des Blatts; leere fallen weg',
  'One row per image, in the order of their paths': 'Eine Zeile je Bild, in der Reihenfolge der Pfade',
  'Images that cannot be read, with the reason': 'Bilder, die sich nicht lesen lassen, mit dem Grund',
  'The rows, in the order SQLite gives them': 'Die Zeilen, in der Reihenfolge von SQLite',
  'The rows, in the order the server gives them': 'Die Zeilen, in der Reihenfolge des Servers',
  'The rows of all pages, in their order': 'Die Zeilen aller Seiten, in ihrer Reihenfolge',
  'The rows of the objects, in the order of their keys': 'Die Zeilen der Objekte, in der Reihenfolge ihrer Schlüssel',
  'Replay: the table whose rows are the events': 'Abspielen: die Tabelle, deren Zeilen die Ereignisse sind',
  'One row per closed window and group, by time': 'Eine Zeile je geschlossenem Fenster und Gruppe, nach Zeit',
  'Any table': 'Irgendeine Tabelle',
  'The same rows with the columns chosen': 'Dieselben Zeilen mit den gewählten Spalten',
  'The rows that meet the conditions, in their order': 'Die Zeilen, die die Bedingungen erfüllen, in ihrer Reihenfolge',
  'The rows with the new columns after the others': 'Die Zeilen, mit den neuen Spalten nach den anderen',
  'The table whose order the rows keep': 'Die Tabelle, deren Reihenfolge die Zeilen behalten',
  'The table whose columns are added': 'Die Tabelle, deren Spalten dazukommen',
  'The joined rows, in the order of the left table, then of the right':
    'Die verbundenen Zeilen, in der Reihenfolge der linken, dann der rechten Tabelle',
  'How many rows found a partner, with examples of those that did not':
    'Wie viele Zeilen einen Partner fanden, mit Beispielen derer ohne',
  'Tables, in the order they are connected': 'Tabellen, in der Reihenfolge der Verbindungen',
  'The rows of the first table, then of the second, and so on':
    'Die Zeilen der ersten Tabelle, dann der zweiten, und so weiter',
  'One row per group, ordered by its columns': 'Eine Zeile je Gruppe, nach ihren Spalten geordnet',
  'A long table': 'Eine lange Tabelle',
  'One row per combination, ordered by it; one column per value':
    'Eine Zeile je Kombination, danach geordnet; eine Spalte je Wert',
  'A wide table': 'Eine breite Tabelle',
  'One row per row and column, in that order': 'Eine Zeile je Zeile und Spalte, in dieser Reihenfolge',
  'The rows with the new columns, in their order': 'Die Zeilen mit den neuen Spalten, in ihrer Reihenfolge',
  'The rows in order': 'Die Zeilen, geordnet',
  'The rows taken, in their order': 'Die genommenen Zeilen, in ihrer Reihenfolge',
  'One row of each key, in their order': 'Eine Zeile je Schlüssel, in ihrer Reihenfolge',
  'Rows to divide': 'Zeilen, die geteilt werden',
  'Rows to learn from': 'Zeilen, aus denen gelernt wird',
  'Held-out rows; fitting steps refuse them': 'Zurückgehaltene Zeilen; Schritte, die anpassen, lehnen sie ab',
  'Table input of the query': 'Tabelle input der Abfrage',
  'The rows of the query': 'Die Zeilen der Abfrage',
  'Table flights of the query': 'Tabelle flights der Abfrage',
  'Table airports of the query': 'Tabelle airports der Abfrage',
  'Table input of the script': 'Tabelle input des Skripts',
  'What the script leaves in table': 'Was das Skript in table lässt',
  'Table orders of the script': 'Tabelle orders des Skripts',
  'Table customers of the script': 'Tabelle customers des Skripts',
  'What the script leaves in joined': 'Was das Skript in joined lässt',
  'What the script leaves in unknown': 'Was das Skript in unknown lässt',
  'Reports, in the order they are connected': 'Berichte, in der Reihenfolge der Verbindungen',
  'A row per report, a column per metric': 'Eine Zeile je Bericht, eine Spalte je Kennzahl',
  'The table to check': 'Die Tabelle, die geprüft wird',
  'The table that foreignKey and distribution refer to':
    'Die Tabelle, auf die sich foreignKey und distribution beziehen',
  'The rows that are not in quarantine, in their order': 'Die Zeilen außerhalb der Quarantäne, in ihrer Reihenfolge',
  'The rows in quarantine, with a column of reasons': 'Die Zeilen in Quarantäne, mit einer Spalte der Gründe',
  'What was checked, what broke, with example rows': 'Was geprüft wurde, was brach, mit Beispielzeilen',
  'What is normal: last month, the training rows': 'Was üblich ist: der letzte Monat, die Trainingszeilen',
  'The table to compare with it': 'Die Tabelle, die damit verglichen wird',
  'Verdict, test and distributions of each column': 'Urteil, Test und Verteilungen jeder Spalte',
  'The current table as it came, for steps that must wait for the verdict':
    'Die aktuelle Tabelle, wie sie kam, für Schritte, die auf das Urteil warten müssen',
  'The rows to write': 'Die Zeilen, die geschrieben werden',
  'Where the file is, its size, rows and SHA-256': 'Wo die Datei ist, ihre Größe, Zeilen und SHA-256',
  'Where the rows are and how many': 'Wo die Zeilen sind und wie viele',
  'Where the object is, its size and rows': 'Wo das Objekt ist, seine Größe und Zeilen',
  'Training rows, or features of another step.': 'Trainingszeilen, oder Merkmale eines anderen Schritts.',
  'One feature per column.': 'Ein Merkmal je Spalte.',
  'Training rows.': 'Trainingszeilen.',
  'One feature per column and part.': 'Ein Merkmal je Spalte und Teil.',
  'One feature NAME_target per column.': 'Ein Merkmal NAME_target je Spalte.',
  'Training rows with a tensor column.': 'Trainingszeilen mit einer Tensorspalte.',
  'One feature per column, as wide as the tensor.': 'Ein Merkmal je Spalte, so breit wie der Tensor.',
  'One feature per expression; features that came in stay.':
    'Ein Merkmal je Ausdruck; Merkmale, die hereinkamen, bleiben.',
  'Training rows, or text features.': 'Trainingszeilen, oder Textmerkmale.',
  'One text feature; encode or hash it next.': 'Ein Textmerkmal; kodiere oder hashe es als nächstes.',
  'One feature per product; features that came in stay.': 'Ein Merkmal je Produkt; Merkmale, die hereinkamen, bleiben.',
  'One feature per column, as wide as there are terms or buckets.':
    'Ein Merkmal je Spalte, so breit, wie es Begriffe oder Klassen gibt.',
  'Features to choose from.': 'Merkmale zur Auswahl.',
  'Those that are kept, in their order.': 'Die behaltenen, in ihrer Reihenfolge.',
  'Score of each feature, and whether it is kept.': 'Wert jedes Merkmals, und ob es bleibt.',
  'Rows with an entity and a time each, such as labels; without them, every entity of a span of time.':
    'Zeilen mit je einem Ding und einer Zeit, etwa Zielwerte; ohne sie alle Dinge einer Zeitspanne.',
  'Feature views, or a feature service in their place.': 'Merkmalssichten, oder ein Merkmalsdienst an ihrer Stelle.',
  'The label rows in their order, with the features beside them.':
    'Die Zielzeilen in ihrer Reihenfolge, mit den Merkmalen daneben.',
  'Feature values with their keys and times.': 'Merkmalswerte mit ihren Schlüsseln und Zeiten.',
  'Keys, times and features, described as a view.': 'Schlüssel, Zeiten und Merkmale, als Sicht beschrieben.',
  'Feature views, each from a Feature view step.': 'Merkmalssichten, je aus einem Schritt Merkmalssicht.',
  'The list of its features. Connect it to the views of Join features.':
    'Die Liste seiner Merkmale. Verbinde sie mit den Sichten von Merkmale verbinden.',
  'Requests of an endpoint': 'Anfragen eines Endpunkts',
  'Evaluation of its model on held-out rows': 'Auswertung seines Modells auf zurückgehaltenen Zeilen',
  'Requests of the endpoint whose model is kept good': 'Anfragen des Endpunkts, dessen Modell gut gehalten wird',
  'The model, features included': 'Das Modell, Merkmale eingeschlossen',
  'Rows with the raw columns the model was made from':
    'Zeilen mit den rohen Spalten, aus denen das Modell gemacht wurde',
  'The rows, in their order, with predictions': 'Die Zeilen, in ihrer Reihenfolge, mit Vorhersagen',
  'The model to serve': 'Das Modell, das betrieben wird',
  'Requests and predictions, for monitors': 'Anfragen und Vorhersagen, für Monitore',
  'A model from a trainer or from Search.': 'Ein Modell eines Lerners oder der Suche.',
  'Metrics of each fold, their mean and interval, and the curves of all rows.':
    'Kennzahlen jedes Teils, ihr Mittel und Intervall, und die Kurven aller Zeilen.',
  'The rows with what a model that has not seen them says.':
    'Die Zeilen mit dem, was ein Modell sagt, das sie nicht gesehen hat.',
  'A classifier.': 'Ein Klassifikator.',
  'Rows with the label that the model has not learnt from, or predictions of Cross-validate.':
    'Zeilen mit dem Zielwert, aus denen das Modell nicht gelernt hat, oder Vorhersagen von Kreuzvalidieren.',
  'The model with corrected probabilities.': 'Das Modell mit berichtigten Wahrscheinlichkeiten.',
  'Reliability before and after.': 'Verlässlichkeit vorher und nachher.',
  'The trained model.': 'Das trainierte Modell.',
  'Held-out rows: the raw columns of the model and the label.':
    'Zurückgehaltene Zeilen: die rohen Spalten des Modells und der Zielwert.',
  'A model of the same label to compare with on the same rows.':
    'Ein Modell desselben Zielwerts, auf denselben Zeilen verglichen.',
  'Metrics, curves and the parity check.': 'Kennzahlen, Kurven und die Gleichheitsprüfung.',
  'Importance, contributions, partial dependence and interactions.':
    'Wichtigkeit, Beiträge, partielle Abhängigkeit und Wechselwirkungen.',
  'Features of the training rows.': 'Merkmale der Trainingszeilen.',
  'The trained model, raw columns in.': 'Das trainierte Modell, rohe Spalten hinein.',
  'The report with the metric': 'Der Bericht mit der Kennzahl',
  'The input, unchanged': 'Der Eingang, unverändert',
  'Features of the rows to group.': 'Merkmale der Zeilen, die gruppiert werden.',
  'Finds the cluster of a new row.': 'Findet die Gruppe einer neuen Zeile.',
  'The rows with the number of their cluster.': 'Die Zeilen mit der Nummer ihrer Gruppe.',
  'The components as one feature, for a trainer.': 'Die Komponenten als ein Merkmal, für einen Lerner.',
  'The rows with their components.': 'Die Zeilen mit ihren Komponenten.',
  'Features of the usual rows.': 'Merkmale der üblichen Zeilen.',
  'Scores a new row.': 'Bewertet eine neue Zeile.',
  'The rows with their score and flag.': 'Die Zeilen mit ihrem Wert und ihrer Markierung.',
  'One row per series and time.': 'Eine Zeile je Reihe und Zeit.',
  'Series, time, forecast, lower, upper.': 'Reihe, Zeit, Vorhersage, unten, oben.',
  'Errors of each method and fold.': 'Fehler jedes Verfahrens und Teils.',
  'Series and time in, their forecast out.': 'Reihe und Zeit hinein, ihre Vorhersage heraus.',
  'What the model takes, over the training rows.': 'Was das Modell nimmt, über die Trainingszeilen.',
  'The model, raw columns in.': 'Das Modell, rohe Spalten hinein.',
  'Liked items, encoded by category: one column each.': 'Gemochte Artikel, nach Kategorie kodiert: je eine Spalte.',
  'One row per item.': 'Eine Zeile je Artikel.',
  'Liked items in, recommended items with their shares out.':
    'Gemochte Artikel hinein, empfohlene mit ihren Anteilen heraus.',
  'The evaluated model.': 'Das ausgewertete Modell.',
  'Its evaluation, with the parity check.': 'Seine Auswertung, mit der Gleichheitsprüfung.',
  'Its explanation, which the model card then shows.': 'Seine Erklärung, die die Modellkarte dann zeigt.',
  'The registered model.': 'Das eingetragene Modell.',
  'Report of an earlier search, whose trials are learnt from.':
    'Bericht einer früheren Suche, aus deren Versuchen gelernt wird.',
  'The model with the best parameters, trained on all rows.':
    'Das Modell mit den besten Parametern, auf allen Zeilen trainiert.',
  'Every trial with its parameters and its value.': 'Jeder Versuch mit seinen Parametern und seinem Wert.',
  Flights: 'Flüge',
  'Three million US flights of 2001 from the sample data.': 'Drei Millionen US-Flüge von 2001 aus den Beispieldaten.',
  Semicolons: 'Semikolons',
  'Several files of one layout; the column “filename” tells them apart.':
    'Mehrere Dateien einer Form; die Spalte „filename“ unterscheidet sie.',
  'JSON array': 'JSON-Array',
  'One object per file with a long list of numbers.': 'Ein Objekt je Datei mit einer langen Liste von Zahlen.',
  'A part of a sheet': 'Ein Teil eines Blatts',
  'Row 3 names the columns.': 'Zeile 3 benennt die Spalten.',
  Digits: 'Ziffern',
  'digits/0/a.png … digits/9/z.png: the label is the digit.':
    'digits/0/a.png … digits/9/z.png: der Zielwert ist die Ziffer.',
  Photographs: 'Fotos',
  'Colour images of one size; normalise them with an Image feature.':
    'Farbbilder einer Größe; normalisiere sie mit einem Merkmal Bild.',
  Table: 'Tabelle',
  'All rows of one table.': 'Alle Zeilen einer Tabelle.',
  Query: 'Abfrage',
  'A join inside the database; zip codes stay text.': 'Eine Verbindung in der Datenbank; Postleitzahlen bleiben Text.',
  'The password is the environment variable SLIPWAY_SECRET_SHOP_DB; the graph only names it.':
    'Das Passwort ist die Umgebungsvariable SLIPWAY_SECRET_SHOP_DB; der Graph nennt sie nur.',
  'When it changed': 'Wenn sie sich änderte',
  'Reads again only when the probe query gives something else.':
    'Liest nur neu, wenn die Prüfabfrage etwas anderes gibt.',
  'Pages of an API': 'Seiten einer Schnittstelle',
  'Follows the Link header to the last page; the graph only names the secret.':
    'Folgt der Link-Kopfzeile bis zur letzten Seite; der Graph nennt nur das Geheimnis.',
  'A file': 'Eine Datei',
  'Read again when the server says it changed.': 'Wird neu gelesen, wenn der Server sagt, dass sie sich änderte.',
  Partitions: 'Partitionen',
  'Folders named year=2024 become a column; the graph only names the secrets.':
    'Ordner namens year=2024 werden zur Spalte; der Graph nennt nur die Geheimnisse.',
  Sensor: 'Sensor',
  'Readings sent to /streams/sensors/events, averaged per minute and sensor.':
    'Messwerte, an /streams/sensors/events gesendet, je Minute und Sensor gemittelt.',
  'Sensors of a broker': 'Sensoren eines Brokers',
  'The mean temperature per minute and machine, from an MQTT broker.':
    'Die mittlere Temperatur je Minute und Maschine, von einem MQTT-Broker.',
  'Orders of Kafka': 'Bestellungen aus Kafka',
  'Revenue per country and five minutes, from an encrypted topic.':
    'Umsatz je Land und fünf Minuten, aus einem verschlüsselten Thema.',
  'Flights as they happened': 'Flüge, wie sie geschahen',
  'Plays a table as a stream: the mean delay of the last day, every hour, per airport.':
    'Spielt eine Tabelle als Strom ab: die mittlere Verspätung des letzten Tages, jede Stunde, je Flughafen.',
  'Keep and cast': 'Behalten und umwandeln',
  'Two columns stay; the price is renamed and the id becomes text.':
    'Zwei Spalten bleiben; der Preis wird umbenannt, die Kennung wird Text.',
  Drop: 'Weglassen',
  'Everything but one column.': 'Alles außer einer Spalte.',
  'Late flights': 'Verspätete Flüge',
  'Rows that meet both conditions.': 'Zeilen, die beide Bedingungen erfüllen.',
  Expression: 'Ausdruck',
  'The same in SQL.': 'Dasselbe in SQL.',
  Label: 'Zielwert',
  'A label and a part of the date.': 'Ein Zielwert und ein Teil des Datums.',
  Clean: 'Säubern',
  'A name that exists is replaced where it stands.': 'Ein vorhandener Name wird an seiner Stelle ersetzt.',
  'Airports of flights': 'Flughäfen der Flüge',
  'Each flight gets the columns of its airport; an airport that comes twice stops the step.':
    'Jeder Flug bekommt die Spalten seines Flughafens; ein doppelter Flughafen beendet den Schritt.',
  'Unknown customers': 'Unbekannte Kunden',
  'Rows without a partner.': 'Zeilen ohne Partner.',
  Years: 'Jahre',
  'Two tables of one layout; the column tells them apart.': 'Zwei Tabellen einer Form; die Spalte unterscheidet sie.',
  'By airport': 'Je Flughafen',
  'Flights, mean delay and 95th percentile of each airport.':
    'Flüge, mittlere Verspätung und 95. Perzentil jedes Flughafens.',
  'Sales by month': 'Umsatz je Monat',
  'A row per shop, a column per month.': 'Eine Zeile je Laden, eine Spalte je Monat.',
  Sensors: 'Sensoren',
  'A column per sensor becomes a row per reading.': 'Aus einer Spalte je Sensor wird eine Zeile je Messwert.',
  'Sales history': 'Vorgeschichte des Umsatzes',
  'What is known of a shop before the day: last week’s sales and the mean of four weeks before.':
    'Was man vor dem Tag von einem Laden weiß: der Umsatz der Vorwoche und das Mittel von vier Wochen davor.',
  'Longest delays': 'Längste Verspätungen',
  'The hundred rows with the largest delay.': 'Die hundert Zeilen mit der größten Verspätung.',
  'One in ten': 'Eine von zehn',
  'The same tenth of the rows every time.': 'Jedes Mal dasselbe Zehntel der Zeilen.',
  Balanced: 'Ausgeglichen',
  'Five hundred rows of each class, or all where there are fewer.':
    'Fünfhundert Zeilen jeder Klasse, oder alle, wo es weniger gibt.',
  'Latest state': 'Neuester Stand',
  'Of each id the row that was updated last.': 'Von jeder Kennung die zuletzt geänderte Zeile.',
  'Exact copies': 'Genaue Kopien',
  'Rows that are equal in every column come once.': 'Zeilen, die in jeder Spalte gleich sind, kommen einmal vor.',
  'By time': 'Nach Zeit',
  'Learn from what came before, test on the month after: the way a model is used.':
    'Aus dem lernen, was davor kam, auf dem Monat danach testen: so, wie ein Modell gebraucht wird.',
  'One in five': 'Eine von fünf',
  'At random, the same rows every time.': 'Zufällig, jedes Mal dieselben Zeilen.',
  'By customer': 'Je Kunde',
  'All rows of a customer are on one side.': 'Alle Zeilen eines Kunden sind auf einer Seite.',
  'Adds a label and drops rows without one.': 'Fügt einen Zielwert an und entfernt Zeilen ohne einen.',
  Join: 'Verbinden',
  'Two inputs, each a table of the query.': 'Zwei Eingänge, je eine Tabelle der Abfrage.',
  pandas: 'pandas',
  'The input is a DataFrame; what is printed is in the log.':
    'Der Eingang ist ein DataFrame; was ausgegeben wird, steht im Protokoll.',
  'Two outputs with polars': 'Zwei Ausgänge mit Polars',
  'Each variable named under outputs becomes an output port.': 'Jede Variable unter Ausgänge wird ein Ausgang.',
  'Two models': 'Zwei Modelle',
  'The evaluations of two models side by side.': 'Die Auswertungen zweier Modelle nebeneinander.',
  Contract: 'Vertrag',
  'Bad rows go to quarantine; too few rows stop the run; old data give a warning.':
    'Schlechte Zeilen gehen in Quarantäne; zu wenige Zeilen beenden den Lauf; alte Daten geben eine Warnung.',
  Suggest: 'Vorschlagen',
  'Without expectations the report suggests a contract that the table meets, to copy and edit.':
    'Ohne Erwartungen schlägt der Bericht einen Vertrag vor, den die Tabelle erfüllt, zum Kopieren und Ändern.',
  'This month against the last': 'Dieser Monat gegen den letzten',
  'Two-sample tests, 5 % false discoveries over all columns.':
    'Zweistichprobentests, 5 % falsche Entdeckungen über alle Spalten.',
  'Stop on drift': 'Bei Verschiebung abbrechen',
  'What comes after it only runs while the tables are alike.':
    'Was danach kommt, läuft nur, solange sich die Tabellen gleichen.',
  Parquet: 'Parquet',
  'In a folder beside the graph.': 'In einem Ordner neben dem Graphen.',
  'CSV for a spreadsheet.': 'CSV für eine Tabellenkalkulation.',
  Scores: 'Werte',
  'Each customer has one row, which is updated.': 'Jeder Kunde hat eine Zeile, die geändert wird.',
  'Each customer has one row, which is updated. The graph only names the secret.':
    'Jeder Kunde hat eine Zeile, die geändert wird. Der Graph nennt nur das Geheimnis.',
  'The graph only names the secrets.': 'Der Graph nennt nur die Geheimnisse.',
  Deciles: 'Dezile',
  'Ten buckets with equally many flights each.': 'Zehn Klassen mit je gleich vielen Flügen.',
  'Age groups for a linear model': 'Altersklassen für ein lineares Modell',
  'One weight per age group, five in all.': 'Ein Gewicht je Altersklasse, fünf insgesamt.',
  'Hour and weekday': 'Stunde und Wochentag',
  'For trees.': 'Für Bäume.',
  'Cyclic hour': 'Zyklische Stunde',
  'For linear models.': 'Für lineare Modelle.',
  'Airports for trees': 'Flughäfen für Bäume',
  'One code per airport.': 'Ein Code je Flughafen.',
  'One-hot for a linear model': 'One-Hot für ein lineares Modell',
  'One column per species.': 'Eine Spalte je Art.',
  'Airports by how often they are late': 'Flughäfen nach Verspätung',
  'The share of late flights per airport, drawn to the share of all for small airports.':
    'Der Anteil verspäteter Flüge je Flughafen, bei kleinen zum Gesamtanteil gezogen.',
  'Prices by postcode': 'Preise nach Postleitzahl',
  'The mean price per postcode.': 'Der mittlere Preis je Postleitzahl.',
  'Tail numbers': 'Kennzeichen',
  'New aircraft need no new model.': 'Neue Flugzeuge brauchen kein neues Modell.',
  'Users for a linear model': 'Nutzer für ein lineares Modell',
  'One weight per bucket of users.': 'Ein Gewicht je Klasse von Nutzern.',
  'Bytes to 0…1': 'Bytes auf 0…1',
  'Divides by 255.': 'Teilt durch 255.',
  'Handwritten digits': 'Handgeschriebene Ziffern',
  'Pixels from 0 to 1, normalised with the mean and deviation of MNIST.':
    'Pixel von 0 bis 1, normalisiert mit Mittelwert und Abweichung von MNIST.',
  'A ratio and a condition': 'Ein Verhältnis und eine Bedingung',
  'A number, and 1 or 0.': 'Eine Zahl, und 1 oder 0.',
  'Heavy tails and gaps': 'Lange Ausläufer und Lücken',
  'Missing prices count as 0.': 'Fehlende Preise zählen als 0.',
  Routes: 'Strecken',
  'SFO and LAX give SFO × LAX.': 'SFO und LAX geben SFO × LAX.',
  'Squares and pairs': 'Quadrate und Paare',
  'width², width × height, height².': 'Breite², Breite × Höhe, Höhe².',
  'Pairs only': 'Nur Paare',
  'What distance means depends on the hour.': 'Was Entfernung bedeutet, hängt von der Stunde ab.',
  Remarks: 'Bemerkungen',
  'Words and pairs of words.': 'Wörter und Wortpaare.',
  'Any vocabulary': 'Beliebiger Wortschatz',
  'Words that training never saw have a bucket too.': 'Auch Wörter, die das Training nie sah, haben eine Klasse.',
  Median: 'Median',
  'Missing distances become the median distance.': 'Fehlende Entfernungen werden die mittlere Entfernung.',
  'Pass numbers to trees': 'Zahlen an Bäume geben',
  'Makes a feature of a column without changing it.': 'Macht eine Spalte unverändert zum Merkmal.',
  Text: 'Text',
  'Put an Encode step behind it.': 'Setze dahinter Kodieren.',
  'The best twenty': 'Die besten zwanzig',
  'By mutual information with the label.': 'Nach gemeinsamer Information mit dem Zielwert.',
  'Drop what never changes': 'Was sich nie ändert, weglassen',
  'Features with one value in all training rows go.': 'Merkmale mit einem Wert in allen Trainingszeilen gehen.',
  'Flights with airport delays': 'Flüge mit Verspätungen der Flughäfen',
  'Each flight gets the delays of its origin as they were known at its departure.':
    'Jeder Flug bekommt die Verspätungen seines Startflughafens, wie sie beim Abflug bekannt waren.',
  'Another name for the key': 'Ein anderer Name des Schlüssels',
  'The view is kept by customer; the orders call them buyers.':
    'Die Sicht wird nach customer geführt; die Bestellungen sagen buyer.',
  'Everyone as of a day': 'Alle zu einem Tag',
  'Without labels: one row per entity that was seen in January, to score them all.':
    'Ohne Zielwerte: eine Zeile je Ding, das im Januar gesehen wurde, um alle zu bewerten.',
  Standard: 'Standard',
  'For linear models and neural networks.': 'Für lineare Modelle und neuronale Netze.',
  'Skewed amounts': 'Schiefe Beträge',
  'Long tails become short.': 'Lange Ausläufer werden kurz.',
  Robust: 'Robust',
  'Little moved by outliers.': 'Wenig bewegt von Ausreißern.',
  'Trailing delays of an airport': 'Letzte Verspätungen eines Flughafens',
  'Values of an airport, known when the flight has landed, good for a day.':
    'Werte eines Flughafens, bekannt, wenn der Flug gelandet ist, einen Tag lang gültig.',
  'Exchange rate': 'Wechselkurs',
  'Without a key: the same for everyone.': 'Ohne Schlüssel: für alle gleich.',
  'What departures are judged by': 'Wonach Abflüge beurteilt werden',
  'Three features of two views, under one name.': 'Drei Merkmale aus zwei Sichten, unter einem Namen.',
  Everything: 'Alles',
  'All features of the connected views.': 'Alle Merkmale der verbundenen Sichten.',
  'One version': 'Eine Version',
  'Stays with what version 2 promises.': 'Bleibt bei dem, was Version 2 verspricht.',
  'The newest': 'Die neueste',
  'Takes over a new version with the next run.': 'Übernimmt eine neue Version mit dem nächsten Lauf.',
  'Last 500 requests': 'Letzte 500 Anfragen',
  'A verdict from 50 rows on.': 'Ein Urteil ab 50 Zeilen.',
  'Slow and strict': 'Langsam und streng',
  'Sees small shifts, needs many rows.': 'Sieht kleine Verschiebungen, braucht viele Zeilen.',
  'ROC AUC of every 1,000 requests': 'ROC AUC je 1.000 Anfragen',
  'The alarm needs 2 of 3 windows 0.02 below held-out rows.':
    'Der Alarm braucht 2 von 3 Fenstern 0,02 unter den zurückgehaltenen Zeilen.',
  'Error of a regression': 'Fehler einer Regression',
  'Alarm when the mean absolute error grows by more than 5.':
    'Alarm, wenn der mittlere absolute Fehler um mehr als 5 wächst.',
  'When it gets worse': 'Wenn es schlechter wird',
  'Needs a Performance monitor on the same endpoint.': 'Braucht einen Gütemonitor am selben Endpunkt.',
  'Every night, on the newest rows': 'Jede Nacht, auf den neuesten Zeilen',
  'The new model still goes live only if it is better.':
    'Das neue Modell geht auch hier nur in Betrieb, wenn es besser ist.',
  'Every row': 'Jede Zeile',
  'Columns prediction and prediction_probability are added.':
    'Die Spalten prediction und prediction_probability kommen dazu.',
  'Id and score': 'Kennung und Wert',
  'Only an id and the predictions.': 'Nur eine Kennung und die Vorhersagen.',
  'Any free port': 'Irgendein freier Port',
  'The address is shown on the node once it answers.': 'Die Adresse steht am Knoten, sobald er antwortet.',
  'Fixed port': 'Fester Port',
  'POST to /v1/models/delays/predict.': 'POST an /v1/models/delays/predict.',
  'Five folds': 'Fünf Teile',
  'ONNX Runtime decodes no PNG or JPEG; endpoints bring images to pixels with the code of this step.':
    'ONNX Runtime liest weder PNG noch JPEG; Endpunkte machen Bilder mit dem Code dieses Schritts zu Pixeln.',
  'It changes nothing of what it lets through.': 'Er ändert nichts an dem, was er durchlässt.',
  'It measures a model and changes none.': 'Er misst ein Modell und ändert keines.',
  'Every row is measured once, by a model that has not seen it.':
    'Jede Zeile wird einmal gemessen, von einem Modell, das sie nicht gesehen hat.',
  'As time goes by': 'Wie die Zeit vergeht',
  'Learns from what came before, a day apart.': 'Lernt aus dem, was davor kam, mit einem Tag Abstand.',
  'New customers': 'Neue Kunden',
  'How good the model is for customers it does not know.': 'Wie gut das Modell bei Kunden ist, die es nicht kennt.',
  'On a part of its own': 'Auf einem eigenen Teil',
  'Split off a calibration part beside the test part.': 'Teile neben dem Testteil einen zum Kalibrieren ab.',
  'Few rows': 'Wenige Zeilen',
  'Two numbers are learnt, which a few hundred rows allow.':
    'Zwei Zahlen werden gelernt, was einige hundert Zeilen erlauben.',
  'Held-out rows': 'Zurückgehaltene Zeilen',
  'Connect the test output of a Split.': 'Verbinde den Ausgang test von Aufteilen.',
  'By what errors cost': 'Nach den Kosten der Fehler',
  'Says from which score on acting is the cheaper choice.': 'Sagt, ab welchem Wert Handeln billiger ist.',
  'What matters': 'Worauf es ankommt',
  'Connect a trainer and the test output of a Split.': 'Verbinde einen Lerner und den Ausgang test von Aufteilen.',
  'Chosen columns': 'Gewählte Spalten',
  'Draws how the prediction changes with these two.': 'Zeichnet, wie sich die Vorhersage mit diesen beiden ändert.',
  'Random forest': 'Zufallswald',
  'Hard to misuse: the defaults are rarely far off.':
    'Schwer falsch zu benutzen: die Vorgaben liegen selten weit daneben.',
  'Extra trees': 'Extra Trees',
  'Random thresholds, averaged over many trees.': 'Zufällige Schwellen, über viele Bäume gemittelt.',
  'Good enough': 'Gut genug',
  'Goes on only with an AUC of 0.7 or more.': 'Geht nur ab einer AUC von 0,7 weiter.',
  'Small error': 'Kleiner Fehler',
  'Writes a table only while the error is small.': 'Schreibt eine Tabelle nur, solange der Fehler klein ist.',
  'Logistic regression': 'Logistische Regression',
  'A first model to compare others with.': 'Ein erstes Modell, mit dem andere verglichen werden.',
  'Least squares': 'Kleinste Quadrate',
  'Without a penalty there are standard errors.': 'Ohne Strafe gibt es Standardfehler.',
  Lasso: 'Lasso',
  'Keeps few of many columns.': 'Behält wenige von vielen Spalten.',
  'Table data': 'Tabellendaten',
  'Two small layers.': 'Zwei kleine Schichten.',
  'Behind an Image step; reaches 95 % in seconds.': 'Hinter einem Schritt Bild; erreicht 95 % in Sekunden.',
  'Behind an Image step; 98 % in half a minute.': 'Hinter einem Schritt Bild; 98 % in einer halben Minute.',
  'Three sensors': 'Drei Sensoren',
  'A feature of 3 × samples values; convolutions run along the time.':
    'Ein Merkmal mit 3 × Messwerten; Faltungen laufen entlang der Zeit.',
  'Find the number': 'Die Anzahl finden',
  'Tries 2 to 10 groups and takes the clearest.': 'Versucht 2 bis 10 Gruppen und nimmt die klarste.',
  'Dense regions': 'Dichte Gebiete',
  'Rows outside of every dense region are noise, cluster −1.':
    'Zeilen außerhalb jedes dichten Gebiets sind Rauschen, Gruppe −1.',
  'To look at': 'Zum Ansehen',
  'Two components show the rows in the plane.': 'Zwei Komponenten zeigen die Zeilen in der Ebene.',
  'Before a linear model': 'Vor einem linearen Modell',
  'Few columns that do not depend on each other.': 'Wenige Spalten, die nicht voneinander abhängen.',
  'One in a hundred': 'Eine von hundert',
  'Flags the most unusual hundredth of the rows.': 'Markiert das ungewöhnlichste Hundertstel der Zeilen.',
  'Rare events': 'Seltene Ereignisse',
  'More trees steady the scores at the far end.': 'Mehr Bäume beruhigen die Werte am äußersten Ende.',
  'Two weeks of temperatures': 'Zwei Wochen Temperaturen',
  'Days, with the method that would have done best.': 'Tage, mit dem Verfahren, das am besten gewesen wäre.',
  'Demand per shop': 'Nachfrage je Laden',
  'One forecast for each shop; the trees learn from all of them.':
    'Eine Vorhersage für jeden Laden; die Bäume lernen aus allen.',
  'From a notebook': 'Aus einem Notebook',
  'Evaluated, registered and served like a model trained here.':
    'Ausgewertet, eingetragen und betrieben wie ein hier trainiertes Modell.',
  'scikit-learn': 'scikit-learn',
  'Any estimator that skl2onnx can convert.': 'Jedes Modell, das skl2onnx umwandeln kann.',
  PyTorch: 'PyTorch',
  'A module from the features to logits, or to one number.':
    'Ein Modul von den Merkmalen zu Logits, oder zu einer Zahl.',
  Movies: 'Filme',
  'Ten movies, at most three of a genre.': 'Zehn Filme, höchstens drei eines Genres.',
  Champion: 'Champion',
  'The new version becomes the champion.': 'Die neue Version wird der Champion.',
  'With a gate': 'Mit einer Grenze',
  'Registers a challenger only above an AUC of 0.7.': 'Trägt einen Challenger nur über einer AUC von 0,7 ein.',
  'Fit for production': 'Bereit für den Betrieb',
  'No group of rows much worse than the rest, quick and small; then a person decides.':
    'Keine Gruppe von Zeilen viel schlechter als der Rest, schnell und klein; dann entscheidet eine Person.',
  'Boosted trees': 'Verstärkte Bäume',
  'The usual parameters.': 'Die üblichen Parameter.',
  'Own space': 'Eigener Suchraum',
  'Weight decay is searched only with the optimizer that decouples it.':
    'Gewichtsabnahme wird nur mit dem Optimierer gesucht, der sie entkoppelt.',
  Classifier: 'Klassifikator',
  'The defaults are a strong start for most tables.': 'Die Vorgaben sind für die meisten Tabellen ein starker Anfang.',
  'Stops by itself': 'Hört von selbst auf',
  'Many small steps, as long as the loss on rows kept out still falls.':
    'Viele kleine Schritte, solange der Verlust auf zurückgehaltenen Zeilen noch fällt.',
  'Upper bound': 'Obergrenze',
  'Nine of ten prices are below the prediction.': 'Neun von zehn Preisen liegen unter der Vorhersage.',
  'Search results': 'Suchergebnisse',
  'Orders the rows of each query; larger predictions come first.':
    'Ordnet die Zeilen jeder Anfrage; größere Vorhersagen kommen zuerst.',
  'Calendar parts to take. Weekday: Monday is 0.': 'Kalenderteile. Wochentag: Montag ist 0.',
  'Whose clocks and calendar the parts are read from, daylight saving time included, such as Europe/Berlin.':
    'Von wessen Uhr und Kalender die Teile gelesen werden, Sommerzeit eingeschlossen, etwa Europe/Berlin.',
  'Days such as 2001-07-04; adds a feature NAME_holiday, 1 on these days of the time zone and else 0.':
    'Tage wie 2001-07-04; fügt ein Merkmal NAME_holiday an, 1 an diesen Tagen der Zeitzone, sonst 0.',
  '1: grey. 3: red, green and blue, one after the other.': '1: grau. 3: rot, grün und blau, hintereinander.',
  'Rows of pixels that the images have. 0: they are square.': 'Pixelzeilen der Bilder. 0: sie sind quadratisch.',
  'Rows of pixels that the feature has. 0: as many as the images.':
    'Pixelzeilen des Merkmals. 0: so viele wie die Bilder.',
  'Columns of pixels that the feature has. 0: as many as the images.':
    'Pixelspalten des Merkmals. 0: so viele wie die Bilder.',
  'No group of rows may become surely worse: frequent values and quarters of each column are compared too':
    'Keine Gruppe von Zeilen darf sicher schlechter werden: häufige Werte und Viertel jeder Spalte werden auch verglichen',
  'The new prediction, or probability of the second class, such as max(prediction, 0).':
    'Die neue Vorhersage oder Wahrscheinlichkeit der zweiten Klasse, etwa max(prediction, 0).',
  'Where it is true, the second model answers, such as confidence < 0.9 or distance > 1000.':
    'Wo sie wahr ist, antwortet das zweite Modell, etwa confidence < 0.9 oder distance > 1000.',
  'Name of the first model’s step in timings, metrics and errors.':
    'Name des Schritts des ersten Modells in Zeiten, Kennzahlen und Fehlern.',
  'Name of the second model’s step.': 'Name des Schritts des zweiten Modells.',
  'When the second model has no room for a row: refuse the request, or keep the answer of the first.':
    'Wenn das zweite Modell keinen Platz für eine Zeile hat: die Anfrage ablehnen, oder die Antwort des ersten behalten.',
  'Brings what each layer gives to mean 0 and deviation 1 over the batch: larger learning rates, deeper nets.':
    'Bringt, was jede Schicht gibt, über den Stapel auf Mittelwert 0 und Abweichung 1: größere Lernraten, tiefere Netze.',
  'A regression, or a classifier with two classes.': 'Eine Regression, oder ein Klassifikator mit zwei Klassen.',
  'The model with the formula behind it.': 'Das Modell mit der Formel dahinter.',
  'Answers where the rule is not true.': 'Antwortet, wo die Regel nicht wahr ist.',
  'Answers where it is.': 'Antwortet, wo sie es ist.',
  'Both models and the rule, as one model.': 'Beide Modelle und die Regel als ein Modell.',
  'Rush hour': 'Stoßzeit',
  'Local clocks: eight in the morning is 8, in winter and in summer.':
    'Örtliche Uhren: acht Uhr morgens ist 8, im Winter wie im Sommer.',
  'Smaller colour images': 'Kleinere Farbbilder',
  'Square colour images become 32 × 32.': 'Quadratische Farbbilder werden 32 × 32.',
  'Never below zero': 'Nie unter null',
  'For amounts.': 'Für Beträge.',
  'A rule overrides the model': 'Eine Regel geht dem Modell vor',
  'Two classes: the probability of the second one.': 'Zwei Klassen: die Wahrscheinlichkeit der zweiten.',
  'The second model when the first is unsure': 'Das zweite Modell, wenn das erste unsicher ist',
  'A cheap model answers most rows.': 'Ein billiges Modell beantwortet die meisten Zeilen.',
  'By a column': 'Nach einer Spalte',
  'Each row goes to one of the models only.': 'Jede Zeile geht nur an eines der Modelle.',
  'Severity of its alerts; auto takes that of each rule': 'Schwere seiner Alarme; automatisch nimmt die jeder Regel',
  'Who answers for it, named in every alert; empty takes the owner of the model':
    'Wer dafür einsteht, in jedem Alarm genannt; leer nimmt die Zuständigen des Modells',
  'Share of requests that must be answered; the rest is the error budget':
    'Anteil der Anfragen, die beantwortet werden müssen; der Rest ist das Fehlerbudget',
  'A request slower than this is late; 0 takes the p99 objective of the endpoint':
    'Eine langsamere Anfrage ist verspätet; 0 nimmt das p99-Ziel des Endpunkts',
  'Share of requests that must not be late': 'Anteil der Anfragen, die nicht verspätet sein dürfen',
  'Alert when workers, processors, memory or graphics are busier than this share for 5 minutes':
    'Alarm, wenn Worker, Prozessoren, Speicher oder Grafik 5 Minuten lang stärker ausgelastet sind',
  'Alert when the queue stays fuller than this share of its limit for 5 minutes':
    'Alarm, wenn die Schlange 5 Minuten lang voller ist als dieser Anteil ihrer Grenze',
  'Alert when no request came for so long; 0 is off': 'Alarm, wenn so lange keine Anfrage kam; 0 ist aus',
  'Alert when the newest values of a feature view are older; 0 takes the time to live of each view':
    'Alarm, wenn die neuesten Werte einer Merkmalssicht älter sind; 0 nimmt die Gültigkeitsdauer jeder Sicht',
  '99.9 % answered, 99 % in time': '99,9 % beantwortet, 99 % rechtzeitig',
  'Late is what the endpoint calls late: its p99 objective.':
    'Verspätet ist, was der Endpunkt so nennt: sein p99-Ziel.',
  'Strict, and never silent': 'Streng, und nie still',
  'Also tells when callers have gone away.': 'Sagt auch, wenn niemand mehr fragt.',
  'Size of all logged requests above which the oldest are removed; 0 keeps them for their time':
    'Größe aller protokollierten Anfragen, über der die ältesten entfernt werden; 0 behält sie für ihre Zeit',
  'How an endpoint finds the nearest items: all are compared, or a graph of neighbours (HNSW) is walked. Auto: the graph from 1,000,000 numbers on, items times columns of the embedding; below, comparing all is as fast.':
    'Wie ein Endpunkt die nächsten Artikel findet: alle werden verglichen, oder ein Graph von Nachbarn (HNSW) wird begangen. Automatisch: der Graph ab 1.000.000 Zahlen, Artikel mal Spalten der Einbettung; darunter ist der Vergleich aller ebenso schnell.',
  'Columns of the table of labels that find the request: id is that of the answer, others are inputs of the model':
    'Spalten der Zielwerttabelle, die die Anfrage finden: id ist die der Antwort, andere sind Eingaben des Modells',
  'Column of the table of labels with what really happened; empty takes the name of the label':
    'Spalte der Zielwerttabelle mit dem, was wirklich geschah; leer nimmt den Namen der Zielspalte',
  'How often the table of labels is read again': 'Wie oft die Zielwerttabelle neu gelesen wird',
  'What really happened: a file or a query, read again and again':
    'Was wirklich geschah: eine Datei oder Abfrage, immer wieder gelesen',
  'Boosted trees of LightGBM, or the PyTorch module that the script sets.':
    'Verstärkte Bäume von LightGBM, oder das PyTorch-Modul, das das Skript setzt.',
  'Parts the rows are divided into, a worker for each.': 'Teile, in die die Zeilen geteilt werden, je ein Worker.',
  'Cores of each worker.': 'Kerne jedes Workers.',
  'GPUs of each worker; only PyTorch uses them.': 'GPUs jedes Workers; nur PyTorch nutzt sie.',
  'Size of the steps of training.': 'Größe der Trainingsschritte.',
  'Boosting iterations.': 'Boosting-Iterationen.',
  'Sets model: a PyTorch module from the features to logits, or to one number.':
    'Setzt model: ein PyTorch-Modul von den Merkmalen zu Logits, oder zu einer Zahl.',
  'How often all rows are learnt from.': 'Wie oft aus allen Zeilen gelernt wird.',
  'Rows of a step, for each worker.': 'Zeilen eines Schritts, je Worker.',
  'Share of the training rows kept out, to measure on.':
    'Anteil der Trainingszeilen, der zum Messen zurückgehalten wird.',
  'Rows at most that one machine trains on as well, to compare with; 0 leaves it out.':
    'Höchstens so viele Zeilen, auf denen zum Vergleich auch eine Maschine trainiert; 0 lässt es weg.',
  'Python program with ray[train]; empty takes SLIPWAY_PYTHON, else python3.':
    'Python-Programm mit ray[train]; leer nimmt SLIPWAY_PYTHON, sonst python3.',
  'Draws held-out rows and batches.': 'Zieht zurückgehaltene Zeilen und Stapel.',
  'Training is ended after this time.': 'Nach dieser Zeit wird das Training beendet.',
  'Trees on four workers': 'Bäume auf vier Workern',
  'Each worker has a quarter of the rows; histograms are added up.':
    'Jeder Worker hat ein Viertel der Zeilen; Histogramme werden addiert.',
  'The model on held-out rows, and one trained on a single machine beside it.':
    'Das Modell auf zurückgehaltenen Zeilen, und daneben eines von einer einzigen Maschine.',
  'A network on two GPUs': 'Ein Netz auf zwei GPUs',
  'Gradients are averaged after each batch.': 'Gradienten werden nach jedem Stapel gemittelt.',
  'Processes that hold the connections of clients: with more than one they take encryption, compression and slow clients off the one that asks the model':
    'Prozesse, die die Verbindungen der Anfragenden halten: bei mehr als einem nehmen sie Verschlüsselung, Kompression und langsame Anfragende von dem, der das Modell fragt',
};
