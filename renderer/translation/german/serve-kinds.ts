import type { GermanKind } from './german-kind.ts';

export const serveKinds: Readonly<Record<string, GermanKind>> = {
  'serve.adjust': {
    summary: 'Führt die Antwort eines Modells durch eine Formel: Grenzen, Einheiten und Regeln, die ihm vorgehen.',
    help: `Die Formel sieht die Spalten des Modells und seine Antwort: \`prediction\` einer Regression; \`score\` (Wahrscheinlichkeit der zweiten Klasse), \`confidence\` und \`margin\` eines Klassifikators mit zwei Klassen. Ihr Wert ist die neue Vorhersage oder die neue Wahrscheinlichkeit der zweiten Klasse, zwischen 0 und 1 gehalten und 0, wo sie fehlt; die vorhergesagte Klasse folgt ihr.

Sie wird Teil von \`model.onnx\`. Hinter einer **Weiche** führt ein Endpunkt sie als eigenen Schritt aus, über der Antwort des Modells, das eine gab.`,
  },
  'serve.batch': {
    summary: 'Fügt jeder Zeile einer Tabelle die Vorhersagen eines Modells an',
    help: `Führt das Modell samt seinen Merkmalsschritten über alle Zeilen einer Tabelle aus und fügt an, was es vorhersagt: Klasse oder Wert in \`name\`, und bei Klassen ihre Wahrscheinlichkeiten. Zeilen behalten ihre Reihenfolge. Es ist derselbe ONNX-Graph, den ein Endpunkt betreibt, gefüttert vom selben Kodierer.

Verbinde ihn mit **Datei schreiben**, um das Ergebnis zu behalten, oder mit einem Datenschritt. \`slipway score MODEL FILE --out FILE\` tut dasselbe ohne Graph.`,
  },
  'serve.endpoint': {
    summary: 'Beantwortet Vorhersagen über HTTP mit dem Modell samt seinen Merkmalen',
    help: `Startet einen HTTP-Server mit dem Modell. Das Modell hat seine Merkmalsschritte eingebaut: Anfragen tragen **rohe Spalten**, dieselben, die die Trainingstabelle hatte.

**Zeilen.** \`POST /v1/models/NAME/predict\` mit \`{"rows": [{"distance": 300, "origin": "SFO"}]}\` gibt \`{"predictions": [{"label": …, "scores": […]}]}\`. Ein Wert, der \`null\` ist oder fehlt, ist ein fehlender. CSV mit Kopfzeile und JSON-Zeilen werden auch genommen (\`Content-Type: text/csv\`, \`application/x-ndjson\`).

**Verbundene Merkmale.** Spalten, die das Training aus einer Merkmalssicht nahm (*Merkmale verbinden*), werden aus dem Online-Speicher gelesen: Anfragen tragen stattdessen die Schlüssel der Sicht. Die Antwort hat die Kopfzeile \`slipway-features\` mit jeder Sicht, der Version ihrer Zeilen, und wie viele Dinge fehlten. Eine Anfrage darf eine solche Spalte auch selbst tragen; dann zählt ihr Wert. \`POST /features/get-online-features\` zeigt, was gelesen würde.

**Tensoren.** \`POST /v2/models/NAME/infer\` spricht das Open Inference Protocol v2, mit binären Tensordaten. \`GET /v2/models/NAME\` nennt Ein- und Ausgänge.

**Zustand und Zahlen.** \`/v2/health/live\`, \`/v2/health/ready\`, und \`/metrics\` für Prometheus. Spuren gehen an einen OpenTelemetry-Sammler, wo \`OTEL_EXPORTER_OTLP_ENDPOINT\` gesetzt ist; mit der Kopfzeile \`x-slipway-timing: 1\` sagt eine Antwort in \`Server-Timing\`, wohin ihre Zeit ging.

**Stapel.** Anfragen, die zur selben Zeit warten, teilen einen Durchlauf des Modells; nichts wartet darauf, dass andere kommen, außer \`maxDelayMs\` sagt es, was jede einsame Anfrage diese Zeit kostet. Mit \`priorities\` läuft eine Anfrage höheren Vorrangs (\`{"parameters": {"priority": 1}}\`) vor den anderen und nimmt in einer vollen Schlange den Platz einer niedrigeren. Warten mehr als \`maxQueueRows\` Zeilen, bekommen weitere Anfragen Status 503 mit \`Retry-After\`. Bei Überlast wird die Schlange kürzer gehalten, damit die angenommenen in \`objectiveP99Ms\` bleiben.

**Skalierung.** Liegt \`maxReplicas\` über \`minReplicas\`, kommen Worker dazu, während Anfragen länger als \`targetQueueMs\` warten, soweit die Maschine Kerne hat, und enden wieder, wenn einer weniger reichte. Mit \`minReplicas\` 0 endet der letzte nach \`idleSeconds\` ohne Anfrage; die nächste wartet auf einen kalten Start, den \`/metrics\` misst.

**Vordere Prozesse.** Ein Prozess beantwortet HTTP und fragt das Modell. Mit \`frontProcesses\` über 1 halten so viele davor die Verbindungen der Clients: sie beenden TLS, lesen und entpacken langsame oder komprimierte Anfragen und komprimieren Antworten, und eine neue Verbindung geht an den mit den wenigsten offenen Anfragen. Schlüssel und Kontingente, Schlangen, Verteilungsregeln, Antwortspeicher und Anfragenprotokoll bleiben an einem Ort und gelten für alle zusammen. Es lohnt sich bei TLS, Komprimierung oder Tausenden von Clients auf einer Maschine mit freien Kernen; bei kleinen einfachen Anfragen ist ein Prozess schneller. gRPC hat einen eigenen Port ohne sie.

**Einführung.** \`POST /v1/models/NAME/traffic\` mit \`{"stable": "1", "canary": {"version": "2", "percent": 10, "guard": {}}}\` verteilt Anfragen; ein bewachter Canary wird von selbst zurückgenommen, wenn er öfter scheitert oder langsamer ist als die stabile Version. Anfragen mit der Kopfzeile \`x-slipway-session\` bleiben bei einer Version. \`/v1/models/NAME/rollback\` geht sofort zurück.

**Anfragenprotokoll.** Spalten und Vorhersagen gehen in Parquet-Dateien im Datenordner, unter \`serving/GRAPH/NODE/requests\`: \`time\`, \`id\`, \`row\`, und die Strukturen \`input\` und \`output\`. Zeilen sind eine Sekunde nach ihrer Antwort auf der Platte. In \`redactColumns\` genannte Spalten werden nie geschrieben; Listen von mehr als 64 Zahlen (Bilder) auch nicht. \`POST /v1/feedback\` mit \`{"id": …, "label": …}\` merkt sich, was mit der Anfrage dieser Kennung wirklich geschah.

**Veröffentlichen.** Mit \`publishUrl\` wird jede protokollierte Zeile an \`publishTopic\` veröffentlicht, als eine JSON-Zeile mit \`model\`, \`version\`, \`time\`, \`id\`, \`row\`, \`input\` und \`output\`, mindestens einmal (QoS 1), eine Sekunde nach ihrer Antwort. Ist der Broker weg, warten die neuesten 10.000.

**Nutzlastprotokoll.** Mit \`payloadLogUrl\` gehen ganze Anfragen und Antworten über HTTP dorthin, als CloudEvents 1.0 mit Typ und Erweiterungen des Loggers von KServe (\`org.kubeflow.serving.inference.request\`, \`…response\`, über ihre Kennung verbunden), neben dem Weg der Anfragen. Spalten in \`redactColumns\` fehlen darin; was kein JSON ist, wird dann zurückgehalten. Bis zu 10.000 Ereignisse oder 64 MiB warten auf einen langsamen Empfänger; \`/metrics\` zählt, was verloren geht.

**Weitersenden.** Mit \`sendLogTo\` werden fertige Dateien des Protokolls (alle fünf Minuten, oder 100.000 Zeilen) dort unter \`MACHINE/GRAPH/NODE/MODEL/VERSION\` abgelegt, die älteste zuerst, jede einmal. Eine Maschine ohne Netz behält sie, auch länger als \`logRetentionDays\`, bis zu \`logMaxMiB\` (0: \`logRetentionDays\` lang), und geht weiter, wo sie aufhörte. Objektspeicher nehmen ihre Zugangsdaten aus der Umgebung.

Der Endpunkt hört nur auf dieser Maschine. Er behält die letzten 10.000 Anfragezeilen für Monitore im Speicher.`,
  },
  'serve.router': {
    summary:
      'Beantwortet jede Zeile mit einem von zwei Modellen, nach einer Regel über ihre Spalten oder die Werte des ersten.',
    help: `Setzt zwei Modelle desselben Zielwerts hinter eine Regel. Das Ergebnis ist ein Modell wie jedes andere: werte es aus, trage es ein, betreibe es, und verbinde es für mehr als zwei mit einer weiteren Weiche.

**Regel.** Ein Ausdruck über die Spalten der Modelle und über das, was das erste sagt:

| Name | ist |
| --- | --- |
| \`score\` | zwei Klassen: Wahrscheinlichkeit der zweiten |
| \`confidence\` | Wahrscheinlichkeit der wahrscheinlichsten Klasse |
| \`margin\` | um wie viel sie wahrscheinlicher ist als die nächste |
| \`prediction\` | Regression: der vorhergesagte Wert |

Wo die Regel wahr ist (weder 0 noch fehlend), antwortet das zweite Modell. Eine Regel nur über Spalten läuft vor beiden, und jede Zeile geht an ein Modell; mit einer Regel über die Werte sieht das erste Modell jede Zeile.

**Betrieb.** Ein Endpunkt führt die Schritte einzeln aus: jeder hat eigene Worker, eine eigene Schlange und eigene Stapel, und bekommt nur seine Zeilen. \`x-slipway-timing: 1\`, Spuren und \`/metrics\` (\`pipeline_step_…\`) nennen die Zeit jedes Schritts, und ein Fehler nennt den Schritt, aus dem er kommt. Mit \`whenBusy\` \`keep\` behalten Zeilen, für die das zweite Modell keinen Platz hat, die Antwort des ersten.

**Anderswo.** \`model.onnx\` enthält beide Modelle und die Regel, Stapelvorhersage, Auswertung, Triton und TorchServe geben also dieselben Antworten; dort ist das Ganze ein Schritt mit einem Stapel. **Auswerten** vergleicht die beiden Formen Zeile um Zeile.`,
  },
};
