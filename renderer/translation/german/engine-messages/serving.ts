/** What the engine says about endpoints and requests: its English, and the German of it with the same slots. */
export const servingMessages: Readonly<Record<string, string>> = {
  'The input of the post-processing is not connected.': 'Der Eingang der Nachbearbeitung ist nicht verbunden.',
  'The model has {1} classes; a formula can change one probability only.':
    'Das Modell hat {1} Klassen; eine Formel kann nur eine Wahrscheinlichkeit ändern.',
  'Recommendations have no score that a formula could change.':
    'Empfehlungen haben keinen Wert, den eine Formel ändern könnte.',
  'Connect a regression or a classifier with two classes.':
    'Verbinde eine Regression oder einen Klassifikator mit zwei Klassen.',
  'Input “model” of the scoring is not connected.': 'Der Eingang „model“ der Bewertung ist nicht verbunden.',
  'Input “table” of the scoring is not connected.': 'Der Eingang „table“ der Bewertung ist nicht verbunden.',
  'letters, digits, dots, dashes and underscores': 'Buchstaben, Ziffern, Punkte, Striche und Unterstriche',
  'mqtt://HOST:PORT, mqtts://… (encrypted) or ws://…, without user and password':
    'mqtt://HOST:PORT, mqtts://… (verschlüsselt) oder ws://…, ohne Benutzer und Passwort',
  'a topic without + and #': 'ein Thema ohne + und #',
  's3://BUCKET/PREFIX?endpoint=… or https://HOST/PATH': 's3://BUCKET/PREFIX?endpoint=… oder https://HOST/PATH',
  'http://HOST/PATH or https://…, without user and password':
    'http://HOST/PATH oder https://…, ohne Benutzer und Passwort',
  'What is sent on comes from the request log, which is off.':
    'Was weitergesendet wird, kommt aus dem Anfragenprotokoll, das aus ist.',
  'Turn the request log on.': 'Schalte das Anfragenprotokoll ein.',
  'a letter, then letters, digits, dashes and underscores':
    'ein Buchstabe, dann Buchstaben, Ziffern, Striche und Unterstriche',
  'Both steps have one name.': 'Beide Schritte haben denselben Namen.',
  'Give the second a name of its own.': 'Gib dem zweiten einen eigenen Namen.',
  'Recommendations cannot be routed: their scores are no probabilities.':
    'Empfehlungen lassen sich nicht verzweigen: ihre Werte sind keine Wahrscheinlichkeiten.',
  'The first model predicts “{1}” ({2}, {3}), the second “{4}” ({5}, {6}).':
    'Das erste Modell sagt „{1}“ vorher ({2}, {3}), das zweite „{4}“ ({5}, {6}).',
  'The first model knows the classes {1}, the second {2}.': 'Das erste Modell kennt die Klassen {1}, das zweite {2}.',
  'Connect other models.': 'Verbinde andere Modelle.',
  'Connect models of the same label.': 'Verbinde Modelle derselben Zielspalte.',
  'Train both on rows with the same classes.': 'Trainiere beide auf Zeilen mit denselben Klassen.',
  'An input of the router is not connected.': 'Ein Eingang des Routers ist nicht verbunden.',
  'The model ended its worker process twice on this request.':
    'Das Modell hat bei dieser Anfrage seinen Worker zweimal beendet.',
  'Check the model with this input; the log has the reason if there is one.':
    'Prüfe das Modell mit dieser Eingabe; das Protokoll hat den Grund, wenn es einen gibt.',
  'The client went away.': 'Der Client ist gegangen.',
  'The request waited {1} ms in the queue.': 'Die Anfrage hat {1} ms in der Schlange gewartet.',
  'Try again later, or send fewer requests at once.':
    'Versuche es später wieder, oder sende weniger Anfragen auf einmal.',
  '{1} rows are waiting already; the queue is full.': '{1} Zeilen warten schon; die Schlange ist voll.',
  'Try again shortly, or send fewer requests at once.':
    'Versuche es gleich wieder, oder sende weniger Anfragen auf einmal.',
  'The model failed on this request: {1}': 'Das Modell ist bei dieser Anfrage gescheitert: {1}',
  'Check the values and extents of the inputs against what the model was made for.':
    'Prüfe Werte und Ausdehnungen der Eingaben gegen das, wofür das Modell gemacht wurde.',
  '"canary.guard" is not a JSON object.': '"canary.guard" ist kein JSON-Objekt.',
  '"canary.guard" has no limit "{1}".': '"canary.guard" hat keine Grenze "{1}".',
  '"canary.guard.maxErrorIncrease" is not a number from {1} to {2}.':
    '"canary.guard.maxErrorIncrease" ist keine Zahl von {1} bis {2}.',
  '"canary.guard.maxLatencyRatio" is not a number from {1} to {2}.':
    '"canary.guard.maxLatencyRatio" ist keine Zahl von {1} bis {2}.',
  '"canary.guard.maxDrift" is not a number from {1} to {2}.': '"canary.guard.maxDrift" ist keine Zahl von {1} bis {2}.',
  '"canary.guard.minRequests" is not a number from {1} to {2}.':
    '"canary.guard.minRequests" ist keine Zahl von {1} bis {2}.',
  'Line {1} of the CSV has text after a closing quote.':
    'Zeile {1} des CSV hat Text nach einem schließenden Anführungszeichen.',
  'Double every quote inside a quoted cell.': 'Verdopple jedes Anführungszeichen in einer Zelle mit Anführungszeichen.',
  'The CSV has more than {1} rows.': 'Das CSV hat mehr als {1} Zeilen.',
  'Send several requests, or score a whole file with `slipway score`.':
    'Sende mehrere Anfragen, oder bewerte eine ganze Datei mit `slipway score`.',
  'Line {1} of the CSV has a quote inside a cell.': 'Zeile {1} des CSV hat ein Anführungszeichen in einer Zelle.',
  'Put the cell in quotes and double those inside it.': 'Setze die Zelle in Anführungszeichen und verdopple die darin.',
  'Line {1} of the CSV has a quote that is never closed.':
    'Zeile {1} des CSV hat ein Anführungszeichen, das nie geschlossen wird.',
  'Endpoint {1} is not running.': 'Der Endpunkt {1} läuft nicht.',
  'Endpoint {1} does not run, or its model has no alias.':
    'Der Endpunkt {1} läuft nicht, oder sein Modell hat keinen Alias.',
  'Start it, and give its Register step an alias.': 'Starte ihn und gib seinem Schritt „Eintragen“ einen Alias.',
  'Start it first.': 'Starte ihn zuerst.',
  'There is no model to serve.': 'Es gibt kein Modell zu betreiben.',
  'The serving process ended again and again ({1}).': 'Der Prozess des Betriebs endete immer wieder ({1}).',
  'Check the model and the log, then start the endpoint again.':
    'Prüfe das Modell und das Protokoll, dann starte den Endpunkt wieder.',
  'There is no endpoint {1}.': 'Es gibt keinen Endpunkt {1}.',
  'The columns of the model at {1} are not known.': 'Die Spalten des Modells bei {1} sind nicht bekannt.',
  'Ask the endpoint for its tensors at /v2/models/NAME.':
    'Frage den Endpunkt bei /v2/models/NAME nach seinen Tensoren.',
  'No version is on trial.': 'Keine Version ist in Erprobung.',
  'Choose a version to try first.': 'Wähle erst eine Version zum Erproben.',
  'There is no version to go back to.': 'Es gibt keine Version, zu der es zurückgeht.',
  'Promote one first.': 'Führe erst eine ein.',
  '{1} requests wait to be explained.': '{1} Anfragen warten auf ihre Erklärung.',
  'Send it again later.': 'Sende sie später noch einmal.',
  'The explanation took more than {1} s.': 'Die Erklärung hat länger als {1} s gedauert.',
  'Send fewer rows.': 'Sende weniger Zeilen.',
  'The thread that explains predictions ended.': 'Der Thread, der Vorhersagen erklärt, hat geendet.',
  'Send it again.': 'Sende sie noch einmal.',
  'Model "{1}" cannot be explained: its columns are not known.':
    'Das Modell "{1}" lässt sich nicht erklären: seine Spalten sind nicht bekannt.',
  'Serve a model from the registry.': 'Betreibe ein Modell aus der Registrierung.',
  'The request has no list "rows".': 'Die Anfrage hat keine Liste "rows".',
  'Send {"rows": [{"COLUMN": value, …}]}.': 'Sende {"rows": [{"COLUMN": value, …}]}.',
  '"encoded" is not true or false.': '"encoded" ist nicht true oder false.',
  '"class" is not a class.': '"class" ist keine Klasse.',
  'Send one label, as predictions have it.': 'Sende einen Zielwert, wie Vorhersagen ihn haben.',
  'The model has no class "{1}".': 'Das Modell hat keine Klasse "{1}".',
  'Send one of {1}.': 'Sende eine von {1}.',
  'The request has {1} rows; at most {2} of this model are explained at once.':
    'Die Anfrage hat {1} Zeilen; bei diesem Modell werden höchstens {2} auf einmal erklärt.',
  'The request body is not a JSON object.': 'Der Inhalt der Anfrage ist kein JSON-Objekt.',
  '"feedback" is not a list of 1 to {1} entries.': '"feedback" ist keine Liste von 1 bis {1} Einträgen.',
  'Entry {1} of the feedback': 'Eintrag {1} der Rückmeldungen',
  '{1*} is not an object.': '{1} ist kein Objekt.',
  '{1*}: "id" is not the id of an answer.': '{1}: "id" ist nicht die Kennung einer Antwort.',
  '{1*}: "model" is not a name.': '{1}: "model" ist kein Name.',
  '{1*}: "label" is not text, a number or true/false.': '{1}: "label" ist kein Text, keine Zahl und nicht true/false.',
  '{1*}: "label" is longer than {2} characters.': '{1}: "label" ist länger als {2} Zeichen.',
  '{1*}: the model predicts numbers, so "label" must be one.':
    '{1}: das Modell sagt Zahlen vorher, also muss "label" eine sein.',
  '{1*}: {2} is no class of the model.': '{1}: {2} ist keine Klasse des Modells.',
  'The feedback could not be stored.': 'Die Rückmeldungen konnten nicht gespeichert werden.',
  'Check the space and permissions of the data directory, then send it again.':
    'Prüfe Platz und Rechte des Datenordners, dann sende sie noch einmal.',
  'raw_input_contents has {1} entries for {2} inputs; all inputs are raw, or none.':
    'raw_input_contents hat {1} Einträge für {2} Eingänge; roh sind alle Eingänge oder keiner.',
  'Input "{1}" has contents although raw_input_contents is used.':
    'Der Eingang "{1}" hat Inhalte, obwohl raw_input_contents genutzt wird.',
  'Parameter "{1}" has no value.': 'Der Parameter "{1}" hat keinen Wert.',
  'is {1}, which has no typed field; send it in raw_input_contents':
    'ist {1}, wofür es kein Feld mit Typ gibt; sende es in raw_input_contents',
  'is {1} and goes in {2}, not in {3}': 'ist {1} und gehört in {2}, nicht in {3}',
  'shape {1} needs {2} elements, got {3}': 'die Form {1} braucht {2} Elemente, da sind {3}',
  'Input "{1}": {2*}.': 'Eingang "{1}": {2}.',
  '"ready" is not true or false.': '"ready" ist nicht true oder false.',
  'The traffic of model "{1}" was never changed.': 'Der Verkehr des Modells "{1}" wurde nie geändert.',
  'This endpoint answers requests to this machine itself only.':
    'Dieser Endpunkt beantwortet nur Anfragen an diese Maschine selbst.',
  'Send it to http://127.0.0.1 or http://localhost, or start the endpoint with --host and --keys.':
    'Sende sie an http://127.0.0.1 oder http://localhost, oder starte den Endpunkt mit --host und --keys.',
  '{1} images wait to be decoded.': '{1} Bilder warten aufs Dekodieren.',
  'Send it again later, or fewer images at a time.': 'Sende sie später noch einmal, oder weniger Bilder auf einmal.',
  'The image could not be decoded: its thread ended.':
    'Das Bild konnte nicht dekodiert werden: sein Thread hat geendet.',
  'Send a smaller image.': 'Sende ein kleineres Bild.',
  'Row {1}, column “{2}”: {3}': 'Zeile {1}, Spalte „{2}“: {3}',
  'Send a PNG or JPEG file in base64, or its pixels as a list of numbers.':
    'Sende eine PNG- oder JPEG-Datei in Base64, oder ihre Pixel als Liste von Zahlen.',
  'The image has more than {1} bytes.': 'Das Bild hat mehr als {1} Bytes.',
  'The text is no image in base64.': 'Der Text ist kein Bild in Base64.',
  'the request': 'der Anfrage',
  'input "{1}"': 'des Eingangs "{1}"',
  'output "{1}"': 'des Ausgangs "{1}"',
  'Inference-Header-Content-Length is "{1}"; expected a whole number up to the body\'s {2} bytes.':
    'Inference-Header-Content-Length ist "{1}"; erwartet wird eine ganze Zahl bis zu den {2} Bytes des Inhalts.',
  'A raw request needs a model with exactly 1 input; "{1}" has {2}.':
    'Eine rohe Anfrage braucht ein Modell mit genau 1 Eingang; "{1}" hat {2}.',
  'Input "{1}" is BYTES of shape {2}; a raw request holds 1 element.':
    'Der Eingang "{1}" ist BYTES der Form {2}; eine rohe Anfrage fasst 1 Element.',
  'Input "{1}" has {2} variable extents; a raw request allows 1.':
    'Der Eingang "{1}" hat {2} veränderliche Ausdehnungen; eine rohe Anfrage erlaubt 1.',
  'Input "{1}": {2} bytes do not fill shape {3} of {4}.': 'Eingang "{1}": {2} Bytes füllen die Form {3} aus {4} nicht.',
  'Input "{1}": binary_data_size is {2}, but {3} bytes are left in the body.':
    'Eingang "{1}": binary_data_size ist {2}, aber im Inhalt sind noch {3} Bytes.',
  '{1} bytes after the JSON part belong to no input.': '{1} Bytes nach dem JSON-Teil gehören zu keinem Eingang.',
  '"inputs" is missing; expected a list of tensors.': '"inputs" fehlt; erwartet wird eine Liste von Tensoren.',
  'Input "{1}" is given twice.': 'Der Eingang "{1}" ist zweimal gegeben.',
  'Missing input {1} of model "{2}".': 'Der Eingang {1} des Modells "{2}" fehlt.',
  'An entry of "inputs" is not an object.': 'Ein Eintrag von "inputs" ist kein Objekt.',
  'Input "{1}" has both "data" and binary_data_size.': 'Der Eingang "{1}" hat "data" und binary_data_size.',
  'Input "{1}": binary_data_size is {2}; expected a number of bytes.':
    'Eingang "{1}": binary_data_size ist {2}; erwartet wird eine Zahl von Bytes.',
  'An entry of "inputs" has no "name".': 'Ein Eintrag von "inputs" hat keinen "name".',
  'Model "{1}" has no input "{2}"; its inputs are {3}.':
    'Das Modell "{1}" hat keinen Eingang "{2}"; seine Eingänge sind {3}.',
  'Input "{1}": datatype is {2}; expected "{3}".': 'Eingang "{1}": datatype ist {2}; erwartet wird "{3}".',
  'Input "{1}": expected datatype {2}, got {3}.': 'Eingang "{1}": erwartet wird der Datentyp {2}, da ist {3}.',
  'Input "{1}": shape is {2}; expected {3}.': 'Eingang "{1}": shape ist {2}; erwartet wird {3}.',
  'Input "{1}": {2} is no extent of a shape; expected whole numbers from 1.':
    'Eingang "{1}": {2} ist keine Ausdehnung; erwartet werden ganze Zahlen ab 1.',
  'Input "{1}": shape {2} holds more elements than can be counted.':
    'Eingang "{1}": die Form {2} hat mehr Elemente, als gezählt werden können.',
  'Input "{1}": expected shape {2}, got {3}.': 'Eingang "{1}": erwartet wird die Form {2}, da ist {3}.',
  '"outputs" is {1}; expected a list.': '"outputs" ist {1}; erwartet wird eine Liste.',
  'An entry of "outputs" is not an object with a "name".':
    'Ein Eintrag von "outputs" ist kein Objekt mit einem "name".',
  'Model "{1}" has no output "{2}"; its outputs are {3}.':
    'Das Modell "{1}" hat keinen Ausgang "{2}"; seine Ausgänge sind {3}.',
  'Output "{1}" is asked for twice.': 'Nach dem Ausgang "{1}" wird zweimal gefragt.',
  '"parameters" of {1*} is {2}; expected an object.': '"parameters" {1} ist {2}; erwartet wird ein Objekt.',
  'Parameter "{1}" of {2*} is {3}; expected text, a number or true/false.':
    'Der Parameter "{1}" {2} ist {3}; erwartet wird Text, eine Zahl oder true/false.',
  'Parameter "timeout" is {1}; expected a whole number of microseconds.':
    'Der Parameter "timeout" ist {1}; erwartet wird eine ganze Zahl von Mikrosekunden.',
  'Parameter "priority" is {1}; expected a whole number from 1, the highest.':
    'Der Parameter "priority" ist {1}; erwartet wird eine ganze Zahl ab 1, der höchsten.',
  'Version {1} of model {2} gets no requests any more: its {3} was beyond its limits.':
    'Version {1} des Modells {2} bekommt keine Anfragen mehr: {3} lag über der Grenze.',
  'The request body is empty; a JSON object is expected.':
    'Der Inhalt der Anfrage ist leer; erwartet wird ein JSON-Objekt.',
  'The request body is not valid JSON: {1}. NaN and Infinity are not JSON numbers: send "NaN", "Infinity" or "-Infinity" as text.':
    'Der Inhalt der Anfrage ist kein gültiges JSON: {1}. NaN und Infinity sind keine Zahlen in JSON: sende "NaN", "Infinity" oder "-Infinity" als Text.',
  'The request body is not valid JSON: {1}.': 'Der Inhalt der Anfrage ist kein gültiges JSON: {1}.',
  'The request body nests deeper than {1} levels.': 'Der Inhalt der Anfrage ist tiefer als {1} Ebenen verschachtelt.',
  'Host {1} can be reached from other machines.': 'Der Host {1} ist von anderen Maschinen aus erreichbar.',
  'Add --keys required, or --keys none if anyone who can reach it may use it.':
    'Nimm --keys required dazu, oder --keys none, wenn jeder, der ihn erreicht, ihn nutzen darf.',
  'Port {1} on {2} is already in use.': 'Der Port {1} auf {2} ist schon belegt.',
  'Choose another port, or 0 for any free one.': 'Wähle einen anderen Port, oder 0 für irgendeinen freien.',
  'Port {1} on {2} may not be opened by this user.':
    'Der Port {1} auf {2} darf von diesem Benutzer nicht geöffnet werden.',
  'Choose a port from 1024 on, or 0 for any free one.': 'Wähle einen Port ab 1024, oder 0 für irgendeinen freien.',
  'Cannot listen on {1}:{2}: {3}.': 'Auf {1}:{2} kann nicht gehört werden: {3}.',
  'Check the host: it must be an address of this machine.':
    'Prüfe den Host: er muss eine Adresse dieser Maschine sein.',
  'A load test of this endpoint runs already.': 'Ein Lasttest dieses Endpunkts läuft schon.',
  'Wait for its end, or cancel it.': 'Warte auf sein Ende, oder brich ihn ab.',
  'expected 1 to {1}, the priority_levels': 'erwartet wird 1 bis {1}, die priority_levels',
  'there is no level {1}; expected 1 to {2}, the priority_levels':
    'es gibt keine Stufe {1}; erwartet wird 1 bis {2}, die priority_levels',
  'unknown form': 'unbekannte Form',
  'Parameter "config" is no model configuration: {1*}.': 'Der Parameter "config" ist keine Modellkonfiguration: {1}.',
  '{1} is no model configuration: {2*}.': '{1} ist keine Modellkonfiguration: {2}.',
  'Correct the file; without it everything is read from the model.':
    'Berichtige die Datei; ohne sie wird alles aus dem Modell gelesen.',
  'The file {1} of {2} was changed while it was served.': 'Die Datei {1} von {2} wurde während des Betriebs geändert.',
  'Load the model again to serve the new file, as a version of its own.':
    'Lade das Modell noch einmal, um die neue Datei als eigene Version zu betreiben.',
  'The {1} is closed.': 'Geschlossen: {1}.',
  'The worker of {1} ended while loading the model.': 'Der Worker von {1} endete beim Laden des Modells.',
  'There is no model at {1}.': 'Bei {1} ist kein Modell.',
  'Check the path; a registered model is named models:/NAME@ALIAS or models:/NAME/VERSION.':
    'Prüfe den Pfad; ein eingetragenes Modell heißt models:/NAME@ALIAS oder models:/NAME/VERSION.',
  '{1} holds {2} models; one name does not fit.': '{1} enthält {2} Modelle; ein Name passt nicht.',
  'Leave the name out, or give the folder of one model.': 'Lass den Namen weg, oder gib den Ordner eines Modells an.',
  '{1} is not an .onnx file.': '{1} ist keine .onnx-Datei.',
  'Give an ONNX file, a folder of models, or models:/NAME@ALIAS.':
    'Gib eine ONNX-Datei an, einen Ordner mit Modellen, oder models:/NAME@ALIAS.',
  '{1} holds no model.': '{1} enthält kein Modell.',
  'A folder of models has the layout NAME/1/model.onnx.':
    'Ein Ordner mit Modellen ist aufgebaut als NAME/1/model.onnx.',
  'There is no version of model "{1}" to serve in {2}.': 'In {2} gibt es keine Version des Modells "{1}" zu betreiben.',
  'Model {1} is not served: {2}.': 'Das Modell {1} wird nicht betrieben: {2}.',
  'Model "{1}" is not served: {2*}.': 'Das Modell "{1}" wird nicht betrieben: {2}.',
  'only Triton puts an ensemble together; its models are served each by itself':
    'nur Triton setzt ein Ensemble zusammen; seine Modelle werden jedes für sich betrieben',
  'its platform is {1}, and only ONNX is served': 'seine Plattform ist {1}, und nur ONNX wird betrieben',
  'it has no VERSION/{1}': 'es hat kein VERSION/{1}',
  'The layout is NAME/1/model.onnx; check also version_policy in config.pbtxt.':
    'Der Aufbau ist NAME/1/model.onnx; prüfe auch version_policy in config.pbtxt.',
  '{1} is not valid JSON.': '{1} ist kein gültiges JSON.',
  'Train the model again.': 'Trainiere das Modell noch einmal.',
  '{1} does not describe a model: {2*}.': '{1} beschreibt kein Modell: {2}.',
  'Train the model again with this version.': 'Trainiere das Modell mit dieser Version noch einmal.',
  'model {1} version {2}': 'Modell {1} Version {2}',
  'The file {1} of {2*} is missing.': 'Die Datei {1} fehlt: {2}.',
  'Run the graph again to rebuild the model.': 'Führe den Graphen noch einmal aus, um das Modell wieder zu machen.',
  'Say which "model" it is for: there is none.': 'Sage mit "model", für welches es ist: es gibt keines.',
  'Say which "model" it is for: {1}.': 'Sage mit "model", für welches es ist: {1}.',
  'Version "{1}" is not a number.': 'Die Version "{1}" ist keine Zahl.',
  'There is no model "{1}" here; there is none.': 'Hier gibt es kein Modell "{1}"; es gibt keines.',
  'There is no model "{1}" here; there is {2}.': 'Hier gibt es kein Modell "{1}"; es gibt {2}.',
  'Model "{1}" has no version {2}; it has {3}.': 'Das Modell "{1}" hat keine Version {2}; es hat {3}.',
  'The warm-up of {1} failed: {2}': 'Das Aufwärmen von {1} ist gescheitert: {2}',
  'Correct model_warmup in config.pbtxt, or remove it.': 'Berichtige model_warmup in config.pbtxt, oder entferne es.',
  'The {1} cannot be served on {2}: {3}': '{1} lässt sich nicht auf {2} betreiben: {3}',
  'Set the device of the endpoint to auto or cpu.': 'Setze das Gerät des Endpunkts auf auto oder cpu.',
  'it computed {1} for “{2}” where the CPU gives {3}.': 'es hat {1} für „{2}“ berechnet, wo die CPU {3} gibt.',
  'Set the device to cpu, or renew the driver of the graphics processor.':
    'Setze das Gerät auf cpu, oder erneuere den Treiber des Grafikprozessors.',
  'It gave {1} rows of “{2}” for {3}.': 'Er gab {1} Zeilen von „{2}“ für {3}.',
  'Step “{1}” has to give one row for each.': 'Der Schritt „{1}“ muss für jede eine Zeile geben.',
  'Step “{1}”: {2}': 'Schritt „{1}“: {2}',
  'Content-Type "{1}" is not taken.': 'Der Content-Type "{1}" wird nicht genommen.',
  'Send application/json, application/x-ndjson or text/csv.':
    'Sende application/json, application/x-ndjson oder text/csv.',
  'The request has {1} rows; at most {2} are taken.': 'Die Anfrage hat {1} Zeilen; höchstens {2} werden genommen.',
  'Line {1}: {2}': 'Zeile {1}: {2}',
  'Line {1}: unreadable': 'Zeile {1}: nicht lesbar',
  'Send one JSON object per line.': 'Sende ein JSON-Objekt je Zeile.',
  'The CSV has no header line.': 'Das CSV hat keine Kopfzeile.',
  'The header line of the CSV names “{1}” twice.': 'Die Kopfzeile des CSV nennt „{1}“ zweimal.',
  'Row {1} of the CSV has {2} cells; its header line has {3}.':
    'Zeile {1} des CSV hat {2} Zellen; die Kopfzeile hat {3}.',
  'Model "{1}" takes tensors only: its columns are not known.':
    'Das Modell "{1}" nimmt nur Tensoren: seine Spalten sind nicht bekannt.',
  'Use POST /v2/models/{1}/infer.': 'Nutze POST /v2/models/{1}/infer.',
  'The model gave no output "prediction".': 'Das Modell gab keinen Ausgang "prediction".',
  'The model gave no output "probabilities".': 'Das Modell gab keinen Ausgang "probabilities".',
  'Too many large requests are being answered at once.': 'Es werden zu viele große Anfragen auf einmal beantwortet.',
  'Try again shortly.': 'Versuche es gleich wieder.',
  'Content-Encoding "{1}" is not supported.': 'Content-Encoding "{1}" wird nicht unterstützt.',
  'Send the body as it is, or with gzip or deflate.': 'Sende den Inhalt, wie er ist, oder mit gzip oder deflate.',
  'The request body cannot be decompressed.': 'Der Inhalt der Anfrage lässt sich nicht entpacken.',
  'Check that Content-Encoding names how the body is compressed.':
    'Prüfe, ob Content-Encoding sagt, wie der Inhalt gepackt ist.',
  '{1} bytes': '{1} Bytes',
  'more after decompression': 'entpackt mehr',
  more: 'mehr',
  'The request body has {1*}; at most {2} bytes are taken.':
    'Der Inhalt der Anfrage hat {1}; höchstens {2} Bytes werden genommen.',
  'Send fewer rows per request.': 'Sende weniger Zeilen je Anfrage.',
  'The model needs {1*}, more than the memory budget of {2*}.':
    'Das Modell braucht {1}, mehr als das Speicherbudget von {2}.',
  'Start the endpoint with a larger --memory-budget.': 'Starte den Endpunkt mit einem größeren --memory-budget.',
  'There is no memory for the model: every loaded one is in use or pinned.':
    'Für das Modell ist kein Speicher da: jedes geladene ist in Gebrauch oder festgelegt.',
  'Try again later, or start the endpoint with a larger --memory-budget.':
    'Versuche es später wieder, oder starte den Endpunkt mit einem größeren --memory-budget.',
  'The {1} could not be loaded: {2}': 'Nicht geladen werden konnte {1}: {2}',
  'Check the model, and the log of the endpoint.': 'Prüfe das Modell und das Protokoll des Endpunkts.',
  'The {1} is being unloaded.': 'Wird gerade entladen: {1}.',
  'The {1} ended its worker again and again.': '{1} hat seinen Worker immer wieder beendet.',
  'Stop the endpoint, check the model, and start it again.':
    'Halte den Endpunkt an, prüfe das Modell, und starte ihn wieder.',
  'These requests are too large for one export.': 'Diese Anfragen sind zu groß für einen Export.',
  'Choose a shorter time, or write them with `slipway requests --out FILE`.':
    'Wähle eine kürzere Zeit, oder schreibe sie mit `slipway requests --out FILE`.',
  'no text': 'kein Text',
  '"id" is {1*}; expected text.': '"id" ist {1}; erwartet wird Text.',
  '"id" has {1} characters; expected at most {2}.': '"id" hat {1} Zeichen; erwartet werden höchstens {2}.',
  'Input "{1}" has {2} rows and input "{3}" has {4}; all inputs need the same number.':
    'Der Eingang "{1}" hat {2} Zeilen und der Eingang "{3}" hat {4}; alle Eingänge brauchen gleich viele.',
  'Model {1} is being stopped.': 'Das Modell {1} wird angehalten.',
  'model {1}': 'Modell {1}',
  'There is no file {1} of {2*}.': 'Es gibt keine Datei {1} von {2}.',
  'Serve the whole folder of the model, steps included; if it is whole, run the graph again.':
    'Betreibe den ganzen Ordner des Modells mit seinen Schritten; ist er vollständig, führe den Graphen noch einmal aus.',
  'Model {1} has no input for its column “{2}”.': 'Das Modell {1} hat keinen Eingang für seine Spalte „{2}“.',
  'Train the model again; its files do not belong together.':
    'Trainiere das Modell noch einmal; seine Dateien gehören nicht zusammen.',
  'The serving process cannot be started: {1}.': 'Der Prozess des Betriebs lässt sich nicht starten: {1}.',
  'exit code {1}': 'Code {1}',
  'signal {1}': 'Signal {1}',
  ' Its last output: {1}': ' Seine letzte Ausgabe: {1}',
  'The serving process ended ({1*}).{2*}': 'Der Prozess des Betriebs hat geendet ({1}).{2}',
  'Check the log, then start the endpoint again.': 'Prüfe das Protokoll, dann starte den Endpunkt wieder.',
  'Closing model {1}: {2}': 'Das Modell {1} wird geschlossen: {2}',
  'has no "data"': 'hat keine "data"',
  'is {1}, which has no JSON form; send it as binary tensor data':
    'ist {1}, wofür es keine Form in JSON gibt; sende es als binäre Tensordaten',
  '"data" is not a list': '"data" ist keine Liste',
  '{1} is beyond FP32, whose largest number is {2}': '{1} liegt außerhalb von FP32, dessen größte Zahl {2} ist',
  'a number is beyond the range of {1}': 'eine Zahl liegt außerhalb von {1}',
  '{1} is not a value of {2}': '{1} ist kein Wert von {2}',
  '{1} of shape {2} needs {3} bytes, got {4}': '{1} der Form {2} braucht {3} Bytes, da sind {4}',
  'BYTES element {1} reaches beyond the {2} bytes': 'Das BYTES-Element {1} reicht über die {2} Bytes hinaus',
  'more than {1} BYTES elements': 'mehr als {1} BYTES-Elemente',
  'BYTES element {1} is not UTF-8 text': 'Das BYTES-Element {1} ist kein UTF-8-Text',
  'expected {1} BYTES elements, got {2}': 'erwartet werden {1} BYTES-Elemente, da sind {2}',
  '"canary.percent" is not a number from 0 to 100.': '"canary.percent" ist keine Zahl von 0 bis 100.',
  '"stable" is not one of the versions served: {1}.': '"stable" ist keine der betriebenen Versionen: {1}.',
  '"shadow" is not one of the versions served: {1}.': '"shadow" ist keine der betriebenen Versionen: {1}.',
  '"canary.version" is not one of the versions served: {1}.':
    '"canary.version" ist keine der betriebenen Versionen: {1}.',
  Router: 'Router',
  'The folder of models {1}': 'der Ordner mit Modellen {1}',
  'Model {1} runs in Python: to explain a row there takes thousands of its predictions.':
    'Das Modell {1} läuft in Python: eine Zeile dort zu erklären, braucht Tausende seiner Vorhersagen.',
  'Put an Explain step behind the model in its graph.':
    'Setze in seinem Graphen einen Schritt „Erklären“ hinter das Modell.',
  'The {1} runs in Python, which Slipway gives no device such as {2}.':
    '{1} läuft in Python, dem Slipway kein Gerät wie {2} gibt.',
  'The Python process of {1} ended: {2}': 'Der Python-Prozess von {1} hat geendet: {2}',
};
