import type { GermanKind } from './german-kind.ts';

export const dataKinds: Readonly<Record<string, GermanKind>> = {
  'data.file': {
    summary: 'Liest eine Tabelle aus CSV-, Parquet-, JSON- oder Arrow-Dateien',
    help: `Liest eine Datei, oder alle, auf die ein Muster wie \`data/2024-*.parquet\` passt, in eine Tabelle.

**Pfade** beginnen beim Ordner des Graphen. \`pkg:NAME/datei\` nennt eine Datei in einem npm-Paket, das mit Slipway installiert ist; so finden Beispielgraphen ihre Daten.

**CSV.** Trennzeichen, Anführungszeichen, Kopfzeile und Spaltentypen werden am Anfang der Datei gefunden und gelten dann für die ganze: eine Zeile mit einer anderen Zahl von Feldern, oder ein Wert, der nicht vom Typ seiner Spalte ist, beendet den Schritt mit seiner Zeilennummer. Nichts wird übersprungen oder aufgefüllt. Setze \`types\` für eine falsch geratene Spalte (Kennungen mit führenden Nullen sind \`string\`) und \`nullValues\` für Texte wie \`NA\`.

**Partitionen.** Mit einem Muster wie \`sales/**/*.parquet\` und *Partitionen* werden Ordner namens \`year=2024\` zu Spalten.

**Arrow** (IPC-Dateien und -Ströme, Feather 2) wird im Speicher gelesen, bis 1 GiB, ohne Kompression.

**Parquet** behält die Typen der Datei. **JSON** nimmt ein Array von Objekten, oder Objekte hintereinander; \`columns\` liest nur die Spalten, die es nennt, mit ihren Typen.

Der Schritt läuft nochmals, wenn sich der Inhalt der Dateien ändert, was auch ihr Datum sagt.`,
  },
  'data.excel': {
    summary: 'Liest eine Tabelle aus einem Blatt einer Excel-Arbeitsmappe',
    help: `Liest ein Blatt einer Arbeitsmappe (.xlsx). Zellen haben die Werte, wie sie gespeichert wurden; Formeln werden nicht neu berechnet.

Eine Spalte, deren Zellen alle Zahlen sind, ist eine Zahl (ganze eine Ganzzahl), alle Daten eine Zeit, alle wahr oder falsch ein Wahrheitswert. Gemischtes ist Text, mit einer Warnung; entscheide mit \`types\`. Leere Zellen fehlen, leere Zeilen fallen weg. Eine Spalte ohne Namen heißt nach ihrem Buchstaben; ein doppelter Name bekommt eine Nummer.

Arbeitsmappen werden im Speicher gelesen: höchstens 100 MiB gepackt und 1 GiB entpackt. Speichere ältere .xls-Dateien als .xlsx.`,
  },
  'data.images': {
    summary: 'Liest einen Ordner mit PNG- und JPEG-Bildern als Zeilen von Pixeln',
    help: `Eine Zeile je Bild: \`file\` (der Pfad im Ordner), \`label\` (der Ordner, in dem es liegt), \`width\` und \`height\`, wie sie waren, und \`pixels\`: Breite × Höhe ganze Zahlen von 0 bis 255, Zeile um Zeile, bei RGB erst alle roten, dann grüne und blaue.

**Zielwerte aus einer Tabelle:** setze *Zielspalte* auf Keine und verbinde die Tabelle über \`file\`.

**Training.** Ein Merkmal *Bild* bringt die Pixel in den Bereich, auf dem ein Modell gut lernt; das wird Teil des Modells. Ein *Faltungsnetz* mit so vielen Kanälen wie Farben nimmt sie, wie sie sind.

**Betrieb.** Der Endpunkt nimmt \`pixels\`, wie dieser Schritt sie macht: 0 bis 255, in dieser Größe. Programme bringen ihre Bilder dahin.

PNG jeder Tiefe, mit Palette und verschränkt, werden gelesen; JPEG baseline und progressiv, gedreht, wie die Kamera es vermerkt hat. Durchsichtige Pixel zeigen den *Hintergrund*. Verkleinern nimmt das Mittel der Pixel ringsum (ein Dreiecksfilter), dünne Linien verschwinden also nicht. Dateien über 64 MiB oder 50 Millionen Pixel, kaputte und andere Formate gehen nach \`quarantine\`.

Der Schritt läuft nochmals, wenn eine Datei dazukommt, entfernt, umbenannt oder geändert wird.`,
  },
  'data.sqlite': {
    summary: 'Liest eine Tabelle oder Abfrage aus einer SQLite-Datei',
    help: `Liest eine Tabelle, eine Sicht oder ein SELECT aus einer SQLite-Datenbank. Die Datei wird nur zum Lesen geöffnet; nichts als ein SELECT läuft.

**Typen.** SQLite speichert einen Typ mit jedem Wert, nicht mit der Spalte, also entscheiden die Werte: ganze Zahlen, Kommazahlen, Text oder Bytes. Zahlen und Text in einer Spalte geben Text, mit einer Warnung. Als BOOLEAN erklärte Spalten mit nur 0 und 1 werden wahr und falsch; als DATE, DATETIME oder TIMESTAMP erklärte, deren Texte alle Zeiten sind, werden Zeiten in UTC. Setze \`types\`, wo du das nicht willst; ein Wert, der sich nicht umwandeln lässt, beendet den Schritt.

Der Schritt läuft nochmals, wenn sich der Inhalt der Datei (mit ihrem Write-ahead-Log) ändert. Gib der Abfrage ein \`ORDER BY\`, wo die Reihenfolge zählt.`,
  },
  'data.postgres': {
    summary: 'Liest eine Tabelle oder Abfrage aus einer PostgreSQL-Datenbank',
    help: `Liest eine Tabelle, eine Sicht oder ein SELECT aus PostgreSQL 10 oder neuer, in einer Nur-Lese-Transaktion. Die Zeilen strömen auf die Platte, also dürfen Tabellen größer als der Speicher sein.

**Passwort.** Der Graph nennt ein Geheimnis, \`{"secret": "SHOP_DB"}\`. Sein Wert ist die Umgebungsvariable \`SLIPWAY_SECRET_SHOP_DB\` der Engine und steht nie in einem Graphen, Schlüssel, Protokoll oder Ergebnis.

**Typen.** Ganze Zahlen, Kommazahlen, Wahrheitswerte, Daten und Zeiten behalten ihre Typen; \`numeric(p, s)\` ist eine Dezimalzahl bis 38 Stellen, \`numeric\` ohne Größe eine Kommazahl, in der NaN bleibt (in einer Dezimalzahl fehlt es). Zeiten mit Zeitzone werden Zeiten in UTC. JSON und Arrays werden JSON-Text; UUIDs, Intervalle, Bereiche, Netzadressen und Enums werden Text; Bytes hexadezimaler Text.

**Wann er nochmals läuft**, sagt *Neu lesen*. Sind die Zeilen dieselben wie zuvor, bleiben Schritte dahinter gültig. Gib der Abfrage ein \`ORDER BY\`, weil der Server die Reihenfolge zwischen zwei Lesungen ändern darf.

Eine verlorene Verbindung wird so gemeldet, und der Schritt kann wiederholt werden: setze \`retry\` am Knoten.`,
  },
  'data.mysql': {
    summary: 'Liest eine Tabelle oder Abfrage aus einer MySQL- oder MariaDB-Datenbank',
    help: `Liest eine Tabelle, eine Sicht oder ein SELECT aus MySQL oder MariaDB, in einer Nur-Lese-Transaktion. Die Zeilen strömen auf die Platte, also dürfen Tabellen größer als der Speicher sein.

**Passwort.** Der Graph nennt ein Geheimnis, \`{"secret": "SHOP_DB"}\`. Sein Wert ist die Umgebungsvariable \`SLIPWAY_SECRET_SHOP_DB\` der Engine und steht nie in einem Graphen, Schlüssel, Protokoll oder Ergebnis.

**Typen.** Ganze Zahlen, Kommazahlen, Daten und Zeiten behalten ihre Typen; Dezimalzahlen bis 38 Stellen bleiben genau. Zeiten mit Zeitzone (\`timestamp\`) sind UTC. \`0000-00-00\` fehlt. JSON, Enums, Mengen und Tageszeiten werden Text; Bytes und Bits hexadezimaler Text.

**Wann er nochmals läuft**, sagt *Neu lesen*. Sind die Zeilen dieselben wie zuvor, bleiben Schritte dahinter gültig. Gib der Abfrage ein \`ORDER BY\`, weil der Server die Reihenfolge zwischen zwei Lesungen ändern darf.`,
  },
  'data.http': {
    summary: 'Liest eine Tabelle von einer Webadresse: JSON, CSV oder Parquet, Seite um Seite',
    help: `Liest Zeilen von einer Webadresse in einem Format: JSON (eine Liste von Objekten, oder eine Liste in der Antwort, von *Zeilen* genannt, etwa \`data.items\`), JSON-Zeilen, CSV, TSV oder Parquet.

**Seiten.** *Link* folgt \`Link: <…>; rel="next"\`. *Nummer* zählt einen Parameter hoch, bis eine Seite keine Zeilen hat. *Cursor* nimmt den Text an einer Stelle der Antwort, etwa \`meta.next\`, als Parameter der nächsten Seite oder als ihre Adresse; fehlend, leer oder null endet.

**Geheimnisse** gehen nur an den Rechner der Adresse: einer Umleitung oder nächsten Seite anderswohin wird ohne sie gefolgt, und in ein privates Netz gar nicht, außer *Private Rechner* ist an.

Antworten 429 und 503 werden wiederholt, wann der Server es sagt. Seiten, Bytes und Zeit sind begrenzt; eine abgeschnittene Antwort ist ein Fehler, nie eine kürzere Tabelle. Ein Graph von anderswo fragt, bevor er sich verbindet.`,
  },
  'data.s3': {
    summary: 'Liest eine Tabelle aus Objekten eines S3-kompatiblen Speichers',
    help: `Liest ein Objekt, oder alle, deren Schlüssel auf ein Muster passt, aus Amazon S3 oder einem Speicher mit dessen Schnittstelle (MinIO, Ceph, R2 …): CSV, TSV, Parquet, JSON oder Arrow, mit Typen wie bei Datei. In einem Muster bleiben \`*\` und \`?\` in einem Ordner, \`**\` nicht.

**Der Schritt läuft nochmals, wenn sich ein Objekt ändert** (sein ETag), dazukommt oder geht. Ein Objekt, das sich beim Lesen ändert, ist ein Fehler, nie eine Mischung. Objekte werden zuerst in den Arbeitsordner des Schritts geladen.

Ein Graph von anderswo fragt, bevor er sich verbindet.`,
  },
  'data.stream': {
    summary: 'Macht aus einem Strom von Ereignissen eine Tabelle geschlossener Zeitfenster',
    help: `Liest einen Strom von Ereignissen und gibt eine Tabelle mit einer Zeile je geschlossenem Fenster und Gruppe.

**Senden.** Solange \`slipway ui\` läuft, oder \`slipway up --streams PORT\`, senden Programme Ereignisse mit \`POST /streams/NAME/events\` (an \`ui\` mit der Kopfzeile \`Authorization: Bearer TOKEN\`): ein JSON-Objekt je Zeile (\`application/x-ndjson\`), oder ein JSON-Array von Objekten. Die Antwort \`{"firstOffset", "count"}\` kommt, wenn die Ereignisse auf der Platte sind, in einem Protokoll, das nur wächst und einen Absturz übersteht. Bei 429 oder 503 sende dieselben Ereignisse nach \`Retry-After\` nochmals; mit einem *Dublettenschlüssel* zählen doppelte einmal. Jeder Lauf liest alle Ereignisse bis dahin.

**Broker und Dateien** werden in dasselbe Protokoll gelesen, von jedem Lauf, bis nichts mehr da ist, und ständig, solange \`ui\` oder \`up\` läuft. Wie weit eine Quelle gelesen ist, übersteht einen Absturz; ein Ereignis kann dann doppelt kommen, wofür der *Dublettenschlüssel* da ist. *MQTT* hält eine Sitzung beim Broker und bestätigt, was gespeichert ist; Nachrichten, die kein JSON-Objekt sind, werden \`{"topic", "value"}\`, andere bekommen ihr \`topic\`. *Kafka* wird aus allen Partitionen eines Themas gelesen, die Stelle steht bei den Ereignissen, eine Consumer Group braucht es nicht; Nachrichten bekommen eine \`kafka_id\` (gut als *Dublettenschlüssel*), eine \`kafka_time\` (gut als *Ereigniszeit*) und ihren \`kafka_key\`. Einträge von *Redis* haben ihre Felder als Texte, oder sind das JSON-Objekt ihres einzigen Felds, und eine \`redis_id\`. Eine *Datei* darf rotiert oder gekürzt werden.

**Aufbewahrung.** Ereignisse jenseits von Alter, Anzahl oder Größe werden in Stücken von 64 MB entfernt; Fenster, die vor dem ältesten behaltenen Ereignis begannen, verlassen dann die Tabelle.

**Fenster** gehen nach der Ereigniszeit, ausgerichtet an 1970-01-01 in UTC. Sie folgen aufeinander; mit *Fensterschritt* überlappen sie. Die Wassermarke ist die späteste Ereigniszeit weniger der *Verspätung*: ein Fenster ist geschlossen und erscheint in der Tabelle, wenn die Wassermarke sein Ende erreicht hat, und ändert sich danach nie. Ereignisse für ein schon geschlossenes Fenster werden ausgelassen und im Protokoll gezählt, ebenso Ereignisse ohne Zeit.

**Abspielen** spielt die Zeilen einer Tabelle in der Reihenfolge ihrer Ereigniszeit, im *Tempo* mal so schnell, wie sie geschahen, durch dasselbe Protokoll und dieselben Fenster. Ein unterbrochenes Abspielen geht weiter, wo es war.`,
  },
  'data.select': {
    summary: 'Behält, entfernt, ordnet, benennt und wandelt Spalten',
    help: `Zeilen und ihre Reihenfolge bleiben; Spalten ändern sich.

- **Behalten** gibt die genannten Spalten in dieser Reihenfolge. **Erste** setzt sie vor die anderen. **Weglassen** entfernt sie.
- **Umbenennen** und **Typen** nennen Spalten, wie sie im Eingang heißen.
- Text wird zu einer Zeit, sein Versatz zählt; das Ergebnis ist UTC. Ein Wert, der sich nicht umwandeln lässt, beendet den Schritt und steht in der Meldung, oder fehlt danach.

Zwei Spalten mit einem Namen, in welcher Schreibung auch immer, werden abgelehnt.`,
  },
  'data.filter': {
    summary: 'Behält die Zeilen, die Bedingungen erfüllen',
    help: `Behält die Zeilen, die die Bedingungen erfüllen, in ihrer Reihenfolge.

Werte werden nach dem Typ der Spalte verglichen: Zahlen als Zahlen, Zeiten als Zeiten in UTC (\`2001-05-01T06:00\`), Text genau, auch in Groß und Klein. *Passt auf* nimmt einen regulären Ausdruck (RE2), der irgendwo im Wert vorkommt.

Ein fehlender Wert erfüllt nur *Fehlend*: er ist nicht „ungleich“ zu etwas. Ein Ausdruck, der fehlt, gilt als nicht erfüllt.

Der Ausdruck ist eine Bedingung im SQL von DuckDB über die Spalten des Eingangs; er darf keine Abfrage enthalten, und Funktionen, die jedes Mal anderes ergeben, werden abgelehnt.`,
  },
  'data.derive': {
    summary: 'Berechnet neue Spalten aus Ausdrücken',
    help: `Jeder Ausdruck ist ein Wert im SQL von DuckDB über die Spalten des Eingangs und die neuen davor. Ein Name, den es schon gibt, ersetzt diese Spalte an ihrer Stelle.

Bedingungen: \`CASE WHEN delay > 60 THEN 'late' ELSE 'fine' END\`, \`coalesce(a, b)\`. Zeiten: \`month(date)\`, \`date_diff('day', a, b)\`. Text: \`lower(name)\`, \`regexp_extract(code, '[0-9]+')\`. Über Zeilen, mit \`OVER\`: \`avg(price) OVER (PARTITION BY shop)\`, doch Fenster schützt dabei vor dem Blick nach vorn.

Abfragen und Funktionen, die jedes Mal anderes ergeben, wie \`random()\` und \`now()\`, werden abgelehnt.`,
  },
  'data.join': {
    summary: 'Setzt die Spalten zweier Tabellen nebeneinander, wo Schlüssel gleich sind',
    help: `Zeilen gehören zusammen, wo alle Schlüssel gleich sind; fehlende Schlüssel gleichen nichts. Schlüssel der rechten Tabelle stehen nicht nochmals im Ergebnis. Bei „Rechts“ und „Beide“ haben die Schlüsselspalten den Schlüssel der Seite, die ihn hat.

**Die Kardinalität** wird geprüft, bevor etwas geschrieben ist: bei *viele zu eins* kommt ein Schlüssel rechts höchstens einmal vor, bei *eins zu vielen* links, bei *eins zu eins* auf beiden Seiten. Ein Schlüssel, der öfter vorkommt, beendet den Schritt und wird gezeigt: Verbindungen, die still Zeilen vervielfachen, verfälschen Summen.

**Bericht**: Zeilen mit und ohne Partner auf beiden Seiten, mit Beispielen.

Für Merkmale eines Dings zur Zeit eines Zielwerts nimm Merkmale verbinden: das sieht nie voraus.`,
  },
  'data.union': {
    summary: 'Setzt die Zeilen mehrerer Tabellen untereinander',
    help: `Spalten werden nach Namen zugeordnet, in der Reihenfolge der ersten Tabelle. Ganze Zahlen und Kommazahlen dürfen gemischt sein; andere Typen müssen übereinstimmen, damit nichts ungefragt Text wird: wandle vorher mit Spalten wählen.`,
  },
  'data.aggregate': {
    summary: 'Gruppiert Zeilen und berechnet Summen, Mittelwerte, Anzahlen und mehr je Gruppe',
    help: `Eine Zeile je Kombination der Spalten unter *Gruppieren nach*, danach geordnet; fehlende Werte bilden am Ende eine eigene Gruppe. Fehlende Werte gehen nicht in die Rechnung ein; *Anzahl* ohne Spalte zählt Zeilen, mit einer ihre vorhandenen Werte.

Der Mittelwert von wahr und falsch ist der Anteil von wahr. Standardabweichung und Varianz sind die einer Stichprobe (n − 1). *Erste* und *Letzte* gehen nach der Reihenfolge der Zeilen, fehlende Werte eingeschlossen.

Summen und Mittelwerte von Dezimal- und ganzen Zahlen sind genau; von Kommazahlen werden sie in der Reihenfolge der Zeilen auf einem Thread berechnet, damit jede Maschine dieselben Ziffern gibt.`,
  },
  'data.pivot': {
    summary: 'Macht die Werte einer Spalte zu Spalten',
    help: `Jede neue Spalte enthält, was die *Funktion* von den Zeilen mit diesem Wert ergibt; Zellen ohne Zeilen fehlen, Anzahlen sind null.

Nenne die Werte unter *Namen*, damit die Spalten vor dem Ausführen bekannt sind und sich nie mit den Daten ändern. Ohne Namen werden alle Werte genommen, als Text sortiert, höchstens tausend; Schritte dahinter erfahren die Spalten dann aus dem ersten Lauf.`,
  },
  'data.unpivot': {
    summary: 'Macht Spalten zu Zeilen aus Name und Wert',
    help: `Jede Zeile gibt eine Zeile je gewählter Spalte, in der Reihenfolge der Wahl. Die Spalten brauchen einen Typ; ganze Zahlen und Kommazahlen dürfen gemischt sein. Die anderen Spalten werden wiederholt. Pivot tut das Umgekehrte.`,
  },
  'data.window': {
    summary: 'Berechnet Werte aus den Zeilen um jede Zeile: vorige Werte, gleitende Mittel, Ränge',
    help: `Die Zeilen und ihre Reihenfolge bleiben; jede bekommt die neuen Spalten. Zeilen, die in *Ordnen nach* gleichauf liegen, gehen nach ihrer Stelle in der Tabelle, außer bei Rängen, die sie teilen.

*Voriger* und *Nächster* sind der Wert so viele Zeilen davor und danach, fehlend, wo keiner ist; *Differenz* ist der Wert weniger den vorigen. *Gleitende* Funktionen sehen auf so viele Zeilen bis zu dieser, am Anfang weniger; *laufende* auf alle bis zu dieser; *Gruppen-*Funktionen auf die ganze Aufteilung.

**Fürs Training** schalte *Aktuelle Zeile* aus, wo der Wert der Zeile selbst vorhergesagt werden soll, und verwende über die Zeit weder *Nächster* noch *Gruppen-*Funktionen: sie kennen die Zukunft.`,
  },
  'data.sort': {
    summary: 'Ordnet Zeilen nach Spalten',
    help: `Ordnet die Zeilen nach den Spalten, die erste zählt am meisten. Zeilen, die gleichauf liegen, behalten ihre Reihenfolge; fehlende Werte kommen zuletzt, in beiden Richtungen. Text wird nach seinen Codepunkten geordnet.`,
  },
  'data.sample': {
    summary: 'Nimmt einen zufälligen Teil der Zeilen, jedes Mal denselben',
    help: `Zeilen werden durch einen Hash ihrer Stelle in der Tabelle und des Startwerts gewählt; derselbe Eingang und Startwert geben also auf jeder Maschine dieselben Zeilen, und genau so viele wie verlangt: der Anteil wird gerundet, insgesamt oder innerhalb jeder Kombination der Spalten von *Innerhalb von*. Die genommenen Zeilen behalten ihre Reihenfolge.`,
  },
  'data.dedupe': {
    summary: 'Behält eine Zeile je Schlüssel',
    help: `Zeilen mit gleichen Schlüsseln sind dieselben; fehlende Schlüssel gleichen einander. Die Zeilen, die bleiben, behalten ihre Reihenfolge.

Mit *Ordnen nach* gehen erste und letzte nach diesen Spalten, fehlende Werte zuletzt; Zeilen, die gleichauf liegen, nach ihrer Stelle in der Tabelle.`,
  },
  'data.split': {
    summary: 'Teilt Zeilen in eine Trainings- und eine Testtabelle',
    help: `Gibt zwei Tabellen, \`train\` und \`test\`, in der Zeilenfolge des Eingangs. Schritte, die etwas anpassen, lehnen die Testtabelle ab; aus zurückgehaltenen Zeilen wird also nichts gelernt.

- **Zeit**: Trainingszeilen liegen vor *Training vor*; Testzeilen von *Test ab* (oder wo das Training endet) bis vor *Test bis*. Zeilen dazwischen oder danach und solche ohne Zeit sind in keiner. Nimm das, wenn das Modell die Zukunft vorhersagen soll.
- **Zufällig**: genau der Anteil der Zeilen, gewählt durch einen Hash der Stelle und des Startwerts: auf jeder Maschine dieselben.
- **Geschichtet**: dasselbe innerhalb jedes Werts der Spalte, beide Tabellen haben also ihre Klassen im selben Verhältnis.
- **Gruppe**: ganze Gruppen gehen auf eine Seite; der Anteil zählt Gruppen.

Mit **Teile** werden die Zeilen nach denselben Regeln in gleiche Teile gegeben, und *Teil* sagt, welcher die Testtabelle ist. Eine Gruppe aus diesem Schritt, Merkmalen und einem Lerner, mit Teil 1, 2, 3 … **wiederholt**, ist eine Kreuzvalidierung, in der die Merkmale jedes Mal neu angepasst werden.`,
  },
  'data.sql': {
    summary: 'Filtert, verbindet und berechnet Spalten mit einem SELECT',
    help: `Führt ein SELECT in [DuckDBs SQL](https://duckdb.org/docs/stable/sql/introduction) aus. Die Eingänge sind Tabellen unter ihren Namen; \`FROM input\` liest den ersten. Mehr Namen unter *Eingänge* geben mehr Eingänge.

**Bevor etwas läuft**, wird die Abfrage an die Spalten ihrer Eingänge gebunden; die Spalten des Ergebnisses sind den Schritten dahinter also bekannt, und eine Spalte, die es nicht gibt, wird mit wahrscheinlichen Namen gemeldet.

**Derselbe Eingang gibt dasselbe Ergebnis**, auf jeder Maschine und mit jeder Zahl von Threads:
- Zeilen eines einfachen Filters oder einer Auswahl behalten die Reihenfolge des Eingangs. Eine Abfrage mit Verbindungen oder Gruppen wird nach allen ihren Spalten geordnet, oder nach *Ordnen nach*, oder nach ihrem eigenen letzten \`ORDER BY\`; Gleichstände entscheiden die übrigen Spalten.
- Summen und Mittelwerte von Kommazahlen, erste Werte und Fensterfunktionen, die von der Reihenfolge abhängen, lassen die Abfrage auf einem Thread laufen. Summiere ganze oder Dezimalzahlen, wo es auf Tempo ankommt.
- \`now()\`, \`random()\` und Stichproben werden abgelehnt. In einem \`ASOF JOIN\` mache die rechte Seite je Schlüssel und Zeit eindeutig: welche von mehreren gleichen Zeilen genommen wird, ist offen.

**Nur die Eingänge lassen sich lesen**: keine Dateien, kein Netz, keine andere Anweisung als SELECT.`,
  },
  'data.python': {
    summary: 'Führt ein Python-Skript über Tabellen aus',
    help: `Die Eingangstabellen sind Variablen des Skripts: DataFrames von pandas oder Polars, oder Tabellen von PyArrow. Das Skript setzt je Ausgang eine Variable: ein DataFrame, eine Table, ein dict von Spalten oder eine Liste von Zeilen. Der Index eines DataFrames bleibt nicht erhalten.

**Python** ist deins: nenne den Interpreter einer virtuellen Umgebung, die pyarrow (mit pandas) oder polars hat. Es läuft je Versuch in einem frischen Prozess, ohne die Geheimnisse der Engine, in einem vorübergehenden Ordner. \`print\` geht ins Protokoll. Ein Fehler nennt die Zeile des Skripts. Der Prozess und alles, was er startet, enden beim Abbrechen, an der Zeitgrenze, und wenn die Speichergrenze erreicht ist.

**Wiederverwenden.** Der Schritt läuft nochmals, wenn sich das Skript, seine Eingänge, die Version von Python oder ein installiertes Paket ändert. Was das Skript sonst liest (Dateien, Netz, Uhr), wird nicht gesehen: lass es draußen, oder erzwinge den Lauf.

Ein Graph von anderswo fragt, bevor er ein Skript ausführt. Pods haben kein Python, ein Graph mit diesem Schritt wird also nicht exportiert.`,
  },
  'data.metrics': {
    summary: 'Bringt die Kennzahlen mehrerer Berichte in eine Tabelle, eine Zeile je Bericht',
    help: `Eine Spalte je Kennzahl, die irgendein Bericht hat, in alphabetischer Reihenfolge; eine Kennzahl, die einem Bericht fehlt, fehlt in seiner Zeile. Ein Wiederholen setzt diesen Knoten hinter eine Gruppe, die einen Bericht gibt, sodass die Berichte aller Werte als eine Tabelle herauskommen.`,
  },
  'data.expect': {
    summary: 'Prüft eine Tabelle gegen einen Gütevertrag und nimmt Zeilen heraus, die ihn brechen',
    help: `Prüft eine Tabelle gegen eine Liste von Erwartungen und sagt, was gebrochen ist, mit Beispielzeilen.

| Prüfung | Felder | gut, wenn |
| --- | --- | --- |
| \`type\` | \`column, type\` | die Spalte den Typ hat: bool, int64, float64, string, timestamp, tensor, other |
| \`notNull\` | \`column\` | kein Wert fehlt |
| \`unique\` | \`columns\` | keine Kombination zweimal kommt; die erste Zeile damit ist gut |
| \`range\` | \`column, min, max\` | jeder Wert darin liegt, Grenzen eingeschlossen; NaN nicht |
| \`set\` | \`column, values\` | jeder Wert einer von diesen ist |
| \`regex\` | \`column, pattern\` | das Muster (RE2) in jedem Wert vorkommt |
| \`foreignKey\` | \`columns, references\` | jede Kombination in diesen Spalten der Tabelle am Eingang *reference* steht |
| \`rowCount\` | \`min, max\` | die Anzahl der Zeilen darin liegt |
| \`freshness\` | \`column, maxAgeHours\` | die späteste Zeit nicht älter ist, auf die Minute des Laufs |
| \`distribution\` | \`column, maxShift\` | der Population Stability Index gegen dieselbe Spalte von *reference* nicht größer ist |

Fehlende Werte brechen nur \`notNull\`. **Wenn eine bricht**, entscheidet *Bei Bruch* der Erwartung oder des Knotens: *Abbrechen* beendet den Lauf und zeigt die Zeilen; *Quarantäne* nimmt sie aus \`table\` und legt sie mit den Gründen nach \`quarantine\`; *Warnen* behält sie und schreibt ins Protokoll. Prüfungen der ganzen Tabelle (type, rowCount, freshness) können nicht in Quarantäne: sie brechen ab.

Ohne Erwartungen enthält der Bericht \`suggested\`: einen Vertrag, den diese Tabelle erfüllt, zum Kopieren und Ändern.`,
  },
  'data.compare': {
    summary:
      'Sagt mit geeichten Tests, welche Spalten einer Tabelle anders verteilt sind als in einer Vergleichstabelle',
    help: `Vergleicht jede Spalte, die beide Tabellen haben, wie der Verschiebungsmonitor und \`slipway drift\`: Zahlen mit dem Zweistichprobentest von Kolmogorow und Smirnow, Kategorien mit dem Zweistichproben-Chi²-Test, Texte und Bilder mit Zahlen über jedes; der Anteil falscher Entdeckungen über alle Spalten bleibt bei \`alpha\`. Eine Spalte, die nur eine Tabelle hat, oder deren Typ sich änderte, hat sich verschoben.

Tabellen von zusammen mehr als 20 Millionen Zeilen gehen durch Skizzen, in begrenztem Speicher.

Mit *Bei Verschiebung: Abbrechen* endet der Schritt mit einem Fehler, der die Spalten nennt, und danach läuft nichts. Verbinde, was keine verschobenen Daten sehen soll, mit dem Ausgang \`table\`.`,
  },
  'data.write-file': {
    summary: 'Schreibt eine Tabelle in eine CSV-, Parquet-, JSON- oder Arrow-Datei',
    help: `Schreibt die Zeilen in ihrer Reihenfolge. Die Datei erscheint ganz oder gar nicht: sie wird unter anderem Namen daneben geschrieben, auf die Platte gebracht und dann umbenannt; eine volle Platte oder ein Absturz lässt, was vorher da war.

**Sie wird nur bei Bedarf neu geschrieben**: der Schritt ist aktuell, solange sein Eingang derselbe ist und die Datei ist, wie er sie ließ. Lösche oder ändere die Datei, und der nächste Lauf schreibt sie nochmals; Zeilen, die dieselben Bytes geben, lassen sie in Ruhe.

Zeiten werden in UTC geschrieben. Geschachtelte Werte werden in CSV Text. Ein Graph von anderswo fragt, bevor er schreibt.`,
  },
  'data.write-sqlite': {
    summary: 'Schreibt eine Tabelle in eine SQLite-Datenbank: anhängen, ersetzen oder einfügen und ändern',
    help: `Schreibt Zeilen in eine Tabelle einer SQLite-Datenbank. Zeiten sind ISO-Texte in UTC, Wahrheitswerte 0 und 1.

**Alles oder nichts**: alles geschieht in einer Transaktion. **Einmal**: was geschrieben ist, steht in der Tabelle \`slipway_writes\` derselben Datenbank, in derselben Transaktion. Der Schritt ist aktuell, solange sein Eingang derselbe ist und die Tabelle ist, wie er sie ließ; dieselben Zeilen werden nicht zweimal angehängt, auch wenn die Engine gleich nach dem Schreiben stirbt.

*Ersetzen* behält eine vorhandene Tabelle mit Typen, Indizes und Rechten und ändert ihre Zeilen. Spalten der Tabelle, die den Zeilen fehlen, bekommen ihre Vorgaben. *Einfügen oder ändern* braucht einen eindeutigen Index auf den Schlüsseln; ein Schlüssel, der in den Zeilen zweimal kommt, wird abgelehnt.`,
  },
  'data.write-postgres': {
    summary: 'Schreibt eine Tabelle in eine PostgreSQL-Datenbank: anhängen, ersetzen oder einfügen und ändern',
    help: `Schreibt Zeilen mit COPY in eine Tabelle von PostgreSQL 10 oder neuer, viele Zeilen gehen also schnell. Zeiten sind ohne Zeitzone, in UTC.

**Alles oder nichts**: alles geschieht in einer Transaktion. **Einmal**: was geschrieben ist, steht in der Tabelle \`slipway_writes\` derselben Datenbank, in derselben Transaktion. Der Schritt ist aktuell, solange sein Eingang derselbe ist und die Tabelle ist, wie er sie ließ; dieselben Zeilen werden nicht zweimal angehängt, auch wenn die Engine gleich nach dem Schreiben stirbt.

*Ersetzen* behält eine vorhandene Tabelle mit Typen, Indizes und Rechten und ändert ihre Zeilen. Spalten der Tabelle, die den Zeilen fehlen, bekommen ihre Vorgaben. *Einfügen oder ändern* braucht einen eindeutigen Index auf den Schlüsseln; ein Schlüssel, der in den Zeilen zweimal kommt, wird abgelehnt.`,
  },
  'data.write-s3': {
    summary: 'Schreibt eine Tabelle als Objekt eines S3-kompatiblen Speichers',
    help: `Schreibt die Zeilen als ein Objekt von Amazon S3 oder einem Speicher mit dessen Schnittstelle, höchstens 5 GiB. Das Objekt erscheint ganz oder gar nicht. Der Schritt ist aktuell, solange sein Eingang derselbe ist und das Objekt ist, wie er es ließ; Zeilen, die dieselben Bytes geben, werden nicht nochmals hochgeladen.

Ein Graph von anderswo fragt, bevor er sich verbindet.`,
  },
};
