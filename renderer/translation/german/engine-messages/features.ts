/** What the engine says about feature steps and the online store: its English, and the German of it with the same slots. */
export const featuresMessages: Readonly<Record<string, string>> = {
  'has {1} values per row, and only single values have a bucket':
    'hat {1} Werte je Zeile, und nur einzelne Werte haben eine Klasse',
  'is true or false': 'ist wahr oder falsch',
  'Use the Encode step.': 'Nutze den Schritt „Kodieren“.',
  'Use the Encode or Hash step, or cast it to a number in an SQL step.':
    'Nutze den Schritt „Kodieren“ oder „Hashen“, oder wandle sie in einem SQL-Schritt in eine Zahl um.',
  'Use the Date and time step.': 'Nutze den Schritt „Datum und Zeit“.',
  'Cast it to a number in an SQL step.': 'Wandle sie in einem SQL-Schritt in eine Zahl um.',
  'No edge is given.': 'Es ist keine Grenze gegeben.',
  'Give at least one, such as [0, 10, 100].': 'Gib mindestens eine, etwa [0, 10, 100].',
  'The edge {1} is beyond float32.': 'Die Grenze {1} liegt außerhalb von float32.',
  'Leave it out: the outer buckets are open.': 'Lass sie weg: die äußeren Klassen sind offen.',
  'The edge {1} does not lie above {2}.': 'Die Grenze {1} liegt nicht über {2}.',
  'Give the edges in ascending order, each once.': 'Gib die Grenzen aufsteigend, jede einmal.',
  'Column “{1}” has no value in the training rows to learn from.':
    'Die Spalte „{1}“ hat in den Trainingszeilen keinen Wert, aus dem gelernt werden könnte.',
  'Leave it out, or give the edges.': 'Lass sie weg oder gib die Grenzen an.',
  'is a number': 'ist eine Zahl',
  'Cross columns of the table.': 'Kreuze Spalten der Tabelle.',
  'is a fractional number': 'ist eine gebrochene Zahl',
  'Cast it to an integer or text in an SQL step.': 'Wandle sie in einem SQL-Schritt in eine ganze Zahl oder Text um.',
  'Take its parts as text in an SQL step.': 'Nimm ihre Teile in einem SQL-Schritt als Text.',
  'Cast it to text in an SQL step.': 'Wandle sie in einem SQL-Schritt in Text um.',
  'A single column cannot be crossed.': 'Eine einzelne Spalte lässt sich nicht kreuzen.',
  'Choose a second one.': 'Wähle eine zweite.',
  'must be UTC or a time zone such as Europe/Berlin': 'muss UTC oder eine Zeitzone wie Europe/Berlin sein',
  'is a number already': 'ist schon eine Zahl',
  'Connect the Date and time step to the table.': 'Verbinde den Schritt „Datum und Zeit“ mit der Tabelle.',
  'is {1}, not a date or time': 'ist {1}, kein Datum und keine Zeit',
  'Cast it in an SQL step, e.g. CAST("{1}" AS TIMESTAMP).':
    'Wandle sie in einem SQL-Schritt um, etwa CAST("{1}" AS TIMESTAMP).',
  'has {1} values per row, and only single values are encoded':
    'hat {1} Werte je Zeile, und nur einzelne Werte werden kodiert',
  'Use Impute or Scale, or cast it to an integer in an SQL step.':
    'Nutze „Auffüllen“ oder „Skalieren“, oder wandle sie in einem SQL-Schritt in eine ganze Zahl um.',
  'No category of column “{1}” has {2} training rows.': 'Keine Kategorie der Spalte „{1}“ hat {2} Trainingszeilen.',
  'Lower the minimum frequency.': 'Senke die Mindesthäufigkeit.',
  'It names no column.': 'Er nennt keine Spalte.',
  '“{1}”, at character {2}: It names no column.': '„{1}“, beim Zeichen {2}: Er nennt keine Spalte.',
  'Complete the expression.': 'Vervollständige den Ausdruck.',
  'Look at “{1}”.': 'Sieh dir „{1}“ an.',
  'has {1} values per row, and only single values are hashed':
    'hat {1} Werte je Zeile, und nur einzelne Werte werden gehasht',
  'Use the Bucketize step, or cast it to an integer in an SQL step.':
    'Nutze den Schritt „In Klassen teilen“, oder wandle sie in einem SQL-Schritt in eine ganze Zahl um.',
  'is {1}, not a fixed-size list of numbers': 'ist {1}, keine Liste von Zahlen fester Länge',
  'Cast it in an SQL step, e.g. CAST("{1}" AS FLOAT[784]).':
    'Wandle sie in einem SQL-Schritt um, etwa CAST("{1}" AS FLOAT[784]).',
  'a square image': 'ein quadratisches Bild',
  'an image of {1} rows': 'ein Bild von {1} Zeilen',
  'has {1} values per row, which are not {2*} of {3} channel':
    'hat {1} Werte je Zeile; das ist nicht {2} mit {3} Kanal',
  'has {1} values per row, which are not {2*} of {3} channels':
    'hat {1} Werte je Zeile; das ist nicht {2} mit {3} Kanälen',
  'Set channels and fromHeight to those of the images.': 'Setze channels und fromHeight auf die der Bilder.',
  'Use the Date and time step; missing times give missing parts.':
    'Nutze den Schritt „Datum und Zeit“; fehlende Zeiten geben fehlende Teile.',
  'Fill it with a constant, or leave it out.': 'Fülle sie mit einem festen Wert oder lass sie weg.',
  'No labels are connected, and no span of time is given to take entities from.':
    'Es sind keine Zielwerte verbunden, und es ist keine Zeitspanne gegeben, aus der Entitäten genommen werden.',
  'Connect label rows, or set from and to.': 'Verbinde Zeilen mit Zielwerten, oder setze from und to.',
  'The span ends at {1}, before it starts.': 'Die Spanne endet bei {1}, bevor sie beginnt.',
  'Rows are used before they were known: the model will see corrections that it will not have when it serves.':
    'Zeilen werden genutzt, bevor sie bekannt waren: das Modell sieht Korrekturen, die es im Betrieb nicht haben wird.',
  'Turn the created filter on.': 'Schalte „Nur Bekanntes“ ein.',
  'No time is chosen: without it a join would look into the future.':
    'Es ist keine Zeit gewählt: ohne sie blickte die Verknüpfung in die Zukunft.',
  'Choose the column of the labels that says as of when features count.':
    'Wähle die Spalte der Zielwerte, die sagt, zu wann Merkmale gelten.',
  'Key “{1}” is {2} in the view {3} and {4} in the labels.':
    'Der Schlüssel „{1}“ ist {2} in der Sicht {3} und {4} bei den Zielwerten.',
  'Cast one of them in an SQL step: 1 and the text “1” are different entities.':
    'Wandle einen davon in einem SQL-Schritt um: 1 und der Text „1“ sind verschiedene Entitäten.',
  'Column “{1}” is not in the labels.': 'Die Spalte „{1}“ ist nicht bei den Zielwerten.',
  'The labels have no column “{1}”, which the view {2} is looked up by.':
    'Die Zielwerte haben keine Spalte „{1}“, nach der in der Sicht {2} nachgeschlagen wird.',
  '“{1}” of the view {2} would have the name of a column of {3}.':
    '„{1}“ der Sicht {2} hätte den Namen einer Spalte von {3}.',
  'Rename the feature in its view.': 'Benenne das Merkmal in seiner Sicht um.',
  'Turn the prefix on, or rename the feature in its view.':
    'Schalte die Vorsilbe ein oder benenne das Merkmal in seiner Sicht um.',
  'No view has a key “{1}”.': 'Keine Sicht hat einen Schlüssel „{1}“.',
  'The views have no keys.': 'Die Sichten haben keine Schlüssel.',
  'Their keys are {1}.': 'Ihre Schlüssel sind {1}.',
  'A table that is neither a feature view nor a feature service is connected to “views”.':
    'Mit „views“ ist eine Tabelle verbunden, die weder Merkmalssicht noch Merkmalsdienst ist.',
  'Put a Feature view or Feature service step last, right before this one.':
    'Setze einen Schritt „Merkmalssicht“ oder „Merkmalsdienst“ ans Ende, gleich vor diesen.',
  'Input “views” is not connected.': 'Der Eingang „views“ ist nicht verbunden.',
  'There is nothing to join to.': 'Es gibt nichts, womit verknüpft werden könnte.',
  'The table {1} has no schema.': 'Die Tabelle {1} hat kein Schema.',
  'The feature “{1}” is text.': 'Das Merkmal „{1}“ ist Text.',
  'No label is chosen.': 'Es ist keine Zielspalte gewählt.',
  'Choose the column to predict.': 'Wähle die Spalte, die vorhergesagt wird.',
  'Column “{1}” is not in the training rows.': 'Die Spalte „{1}“ ist nicht in den Trainingszeilen.',
  'There is no feature “{1}”.': 'Es gibt kein Merkmal „{1}“.',
  'Take it out.': 'Nimm es heraus.',
  '“{1}” is no feature.': '„{1}“ ist kein Merkmal.',
  'The step has no features.': 'Der Schritt hat keine Merkmale.',
  'No feature has a score above {1}.': 'Kein Merkmal hat einen Wert über {1}.',
  'Lower the minimum score, or name features that always stay.':
    'Senke den Mindestwert oder nenne Merkmale, die immer bleiben.',
  'The service has no name.': 'Der Dienst hat keinen Namen.',
  '“{1}” is no name for a service.': '„{1}“ ist kein Name für einen Dienst.',
  'Start with a letter, then use letters, digits, _ or -.':
    'Beginne mit einem Buchstaben, dann nimm Buchstaben, Ziffern, _ oder -.',
  'Two views called “{1}” are connected.': 'Zwei Sichten namens „{1}“ sind verbunden.',
  'Rename one of them in its Feature view step.': 'Benenne eine davon in ihrem Schritt „Merkmalssicht“ um.',
  '“{1}” is no feature of a connected view.': '„{1}“ ist kein Merkmal einer verbundenen Sicht.',
  'Write VIEW:FEATURE: there are {1}.': 'Schreibe VIEW:FEATURE: es gibt {1}.',
  'A table without a description as a view is connected to “views”.':
    'Mit „views“ ist eine Tabelle ohne Beschreibung als Sicht verbunden.',
  'Put a Feature view step last, right before this one.':
    'Setze einen Schritt „Merkmalssicht“ ans Ende, gleich vor diesen.',
  'What made the feature service {1} is no longer stored.':
    'Was den Merkmalsdienst {1} gemacht hat, ist nicht mehr gespeichert.',
  'Run the graph with its Feature service step again.':
    'Führe den Graphen mit seinem Schritt „Merkmalsdienst“ noch einmal aus.',
  'The service is {1}.': 'Der Dienst ist {1}.',
  'No feature service is named.': 'Es ist kein Merkmalsdienst genannt.',
  'Set service to a name, such as departures or departures@2.':
    'Setze service auf einen Namen wie departures oder departures@2.',
  'The feature service {1} cannot be looked up here.': 'Der Merkmalsdienst {1} ist hier nicht zu finden.',
  'Run the graph in the engine that made the service.':
    'Führe den Graphen in der Engine aus, die den Dienst gemacht hat.',
  'is {1}, not a category': 'ist {1}, keine Kategorie',
  'Use Bucketize first, or cast it in an SQL step.':
    'Nutze erst „In Klassen teilen“, oder wandle sie in einem SQL-Schritt um.',
  'The label “{1}” is also one of the columns to encode.':
    'Die Zielspalte „{1}“ ist auch eine der Spalten, die kodiert werden.',
  'Take it out: a model that sees its own answer learns nothing else.':
    'Nimm sie heraus: ein Modell, das seine eigene Antwort sieht, lernt nichts anderes.',
  'is no text': 'ist kein Text',
  'Choose a text column, or cast it in an SQL step.': 'Wähle eine Textspalte oder wandle sie in einem SQL-Schritt um.',
  'No term of column “{1}” is in enough training rows.':
    'Kein Begriff der Spalte „{1}“ ist in genügend Trainingszeilen.',
  'Lower the minimum number of rows, or use hashing.': 'Senke die Mindestzahl der Zeilen oder nutze Hashen.',
  'No vocabulary is chosen.': 'Es ist kein Vokabular gewählt.',
  'Choose the folder of the model.': 'Wähle den Ordner des Modells.',
  'it has {1} MiB, and vocabularies have less than 64': 'es hat {1} MiB, und Vokabulare haben weniger als 64',
  'it is not the JSON of a tokenizer': 'es ist nicht das JSON eines Tokenizers',
  'its model has no vocabulary of texts with numbers': 'sein Modell hat kein Vokabular aus Texten mit Nummern',
  'tokenizer_config.json beside it cannot be read': 'tokenizer_config.json daneben ist nicht lesbar',
  'it has {1} pieces, and at most {2} are read': 'es hat {1} Stücke, und höchstens {2} werden gelesen',
  'it has no {1}': 'es hat kein {1}',
  'it has no pieces': 'es hat keine Stücke',
  'it has a piece of {1} characters, and at most {2} are looked up':
    'es hat ein Stück von {1} Zeichen, und höchstens {2} werden nachgeschlagen',
  '{1} is no vocabulary: {2*}.': '{1} ist kein Vokabular: {2}.',
  'Save the tokenizer again with save_pretrained.': 'Speichere den Tokenizer noch einmal mit save_pretrained.',
  'No event time is chosen.': 'Es ist keine Ereigniszeit gewählt.',
  'Choose the column that says from when on a row holds.': 'Wähle die Spalte, die sagt, ab wann eine Zeile gilt.',
  'No column is left to be a feature.': 'Es bleibt keine Spalte als Merkmal übrig.',
  'Connect a table with more than keys and times.': 'Verbinde eine Tabelle mit mehr als Schlüsseln und Zeiten.',
  'The view has no name.': 'Die Sicht hat keinen Namen.',
  '“{1}” cannot be the name of a view.': '„{1}“ kann nicht der Name einer Sicht sein.',
  'Give a name of letters, digits, _ and -, starting with a letter.':
    'Gib einen Namen aus Buchstaben, Ziffern, _ und -, mit einem Buchstaben am Anfang.',
  'Key “{1}” is {2}, which has no exact form to look entities up by.':
    'Der Schlüssel „{1}“ ist {2}; das hat keine genaue Form, nach der Entitäten nachgeschlagen werden.',
  'Cast it to a whole number or to text in an SQL step.':
    'Wandle ihn in einem SQL-Schritt in eine ganze Zahl oder Text um.',
  'Column “{1}” has the type {2}.': 'Die Spalte „{1}“ hat den Typ {2}.',
  'Cast it to a number, text, time, boolean or fixed-size list of numbers in an SQL step.':
    'Wandle sie in einem SQL-Schritt in Zahl, Text, Zeit, wahr/falsch oder eine Liste von Zahlen fester Länge um.',
  'Column “{1}” is a key or a time already.': 'Die Spalte „{1}“ ist schon ein Schlüssel oder eine Zeit.',
  'Take it out of the features, or copy it under another name in an SQL step.':
    'Nimm sie aus den Merkmalen, oder kopiere sie in einem SQL-Schritt unter anderem Namen.',
  'Two columns of the view would be called “{1}”.': 'Zwei Spalten der Sicht hießen „{1}“.',
  'Choose each column once, and give each a name of its own.':
    'Wähle jede Spalte einmal und gib jeder ihren eigenen Namen.',
  'The view has no source.': 'Die Sicht hat keine Quelle.',
  'The view is not complete.': 'Die Sicht ist nicht vollständig.',
  '{1} rows have no “{2}” and will never be found.': '{1} Zeilen haben kein „{2}“ und werden nie gefunden.',
  'The features cannot be joined': 'Die Merkmale können nicht verknüpft werden',
  'The view {1} cannot be made': 'Die Sicht {1} kann nicht gemacht werden',
  'The view {1} cannot be materialized': 'Die Sicht {1} kann nicht online gebracht werden',
  'The rows of the feature view {1} are no longer stored; what is online stays as it is.':
    'Die Zeilen der Merkmalssicht {1} sind nicht mehr gespeichert; was online ist, bleibt, wie es ist.',
  'The feature view {1} is in the shared online store.': 'Die Merkmalssicht {1} ist im gemeinsamen Online-Speicher.',
  'The feature view {1} is online: {2} rows written.': 'Die Merkmalssicht {1} ist online: {2} Zeilen geschrieben.',
  'The feature view {1} could not be brought online: {2}':
    'Die Merkmalssicht {1} konnte nicht online gebracht werden: {2}',
  'Row {1}, column “{2}”': 'Zeile {1}, Spalte „{2}“',
  'Entity {1}, “{2}”': 'Entität {1}, „{2}“',
  'Row {1}, “{2}”': 'Zeile {1}, „{2}“',
  '{1*}: expected {2*}, got {3*}.': '{1}: erwartet wird {2}, da ist {3}.',
  'The features of “{1}” cannot be read: {2}': 'Die Merkmale von „{1}“ sind nicht lesbar: {2}',
  'Row {1} has no column “{2}”, by which the features of “{3}” are looked up.':
    'Zeile {1} hat keine Spalte „{2}“, nach der die Merkmale von „{3}“ nachgeschlagen werden.',
  'Send “{1}”, or the features themselves.': 'Sende „{1}“ oder die Merkmale selbst.',
  'Rename “{1}” to “{2}”.': 'Benenne „{1}“ in „{2}“ um.',
  'it has other keys': 'sie hat andere Schlüssel',
  'it has no feature “{1}” any more': 'sie hat kein Merkmal „{1}“ mehr',
  'its feature “{1}” is {2} and was {3}': 'ihr Merkmal „{1}“ ist {2} und war {3}',
  '“{1}” is not the view that the model was trained with: {2*}.':
    '„{1}“ ist nicht die Sicht, mit der das Modell trainiert wurde: {2}.',
  'Train the model on the changed view, or bring the earlier one back.':
    'Trainiere das Modell mit der geänderten Sicht, oder bringe die frühere zurück.',
  '“{1}” has no features of {2}.': '„{1}“ hat keine Merkmale von {2}.',
  'Materialize or push them, or let the endpoint take missing values.':
    'Bringe sie online oder sende sie, oder lass den Endpunkt fehlende Werte nehmen.',
  ', from {1},': ', von {1},',
  'The features of {1} in “{2}”{3*} are too old.': 'Die Merkmale von {1} in „{2}“{3} sind zu alt.',
  'Materialize the view again: they hold for {1} s.': 'Bringe die Sicht noch einmal online: sie gelten {1} s.',
  'Rows cannot be pushed to this store.': 'In diesen Speicher können keine Zeilen gesendet werden.',
  'The request has no text "push_source_name".': 'Die Anfrage hat keinen Text "push_source_name".',
  'Send {"push_source_name": "VIEW", "df": {"COLUMN": [value, …]}}.':
    'Sende {"push_source_name": "VIEW", "df": {"COLUMN": [value, …]}}.',
  '"to" is {1}, but rows are pushed to the online store only.':
    '"to" ist {1}, aber Zeilen gehen nur in den Online-Speicher.',
  'Send "to": "online"; add the rows to the source of the view as well, for training.':
    'Sende "to": "online"; füge die Zeilen fürs Training auch der Quelle der Sicht hinzu.',
  'The request is no object.': 'Die Anfrage ist kein Objekt.',
  'Send {"features": ["VIEW:FEATURE"], "entities": {"KEY": [value, …]}}, or "feature_service": "NAME".':
    'Sende {"features": ["VIEW:FEATURE"], "entities": {"KEY": [value, …]}}, oder "feature_service": "NAME".',
  '"feature_service" is no text.': '"feature_service" ist kein Text.',
  'The request has both "features" and "feature_service".':
    'Die Anfrage hat sowohl "features" als auch "feature_service".',
  'Send one of them.': 'Sende eines davon.',
  'The request has neither a list "features" nor a "feature_service".':
    'Die Anfrage hat weder eine Liste "features" noch einen "feature_service".',
  '"full_feature_names" is neither true nor false.': '"full_feature_names" ist weder true noch false.',
  '"entities" is no object of lists.': '"entities" ist kein Objekt von Listen.',
  '{1} names no feature.': '{1} nennt kein Merkmal.',
  'Write VIEW:FEATURE.': 'Schreibe VIEW:FEATURE.',
  'The view {1} has no feature “{2}”.': 'Die Sicht {1} hat kein Merkmal „{2}“.',
  'Key “{1}” is {2} in one view and {3} in {4}.': 'Der Schlüssel „{1}“ ist {2} in einer Sicht und {3} in {4}.',
  'Ask for their features in two requests.': 'Frage nach ihren Merkmalen in zwei Anfragen.',
  'No view that is asked for has a key “{1}”.': 'Keine verlangte Sicht hat einen Schlüssel „{1}“.',
  '"entities" has no “{1}”.': '"entities" hat kein „{1}“.',
  'Send a list of values: the features are looked up by {1}.':
    'Sende eine Liste von Werten: die Merkmale werden nach {1} nachgeschlagen.',
  '"entities" has {1} of “{2}” and {3} of “{4}”.': '"entities" hat {1} von „{2}“ und {3} von „{4}“.',
  'Send one value of each key per entity.': 'Sende je Entität einen Wert jedes Schlüssels.',
  'Two columns of the answer would be called “{1}”.': 'Zwei Spalten der Antwort hießen „{1}“.',
  'Ask for each feature once, and send "full_feature_names": true.':
    'Frage nach jedem Merkmal einmal, und sende "full_feature_names": true.',
  '"df" is no object of lists.': '"df" ist kein Objekt von Listen.',
  'Send {"COLUMN": [value, …]} with one value per row.': 'Sende {"COLUMN": [value, …]} mit einem Wert je Zeile.',
  '"df" has {1} values of “{2}” and {3} of “{4}”.': '"df" hat {1} Werte von „{2}“ und {3} von „{4}“.',
  '{1} features': '{1} Merkmale',
  '{1} entities': '{1} Entitäten',
  '{1} rows': '{1} Zeilen',
  'The request has {1*}; at most {2} are taken.': 'Die Anfrage hat {1}; höchstens {2} werden genommen.',
  'Send several requests.': 'Sende mehrere Anfragen.',
  'The online store in {1} was written by a newer Slipway.':
    'Der Online-Speicher in {1} wurde von einem neueren Slipway geschrieben.',
  'Update Slipway, or choose another data directory with --data-dir or SLIPWAY_DATA_DIR.':
    'Aktualisiere Slipway, oder wähle einen anderen Datenordner mit --data-dir oder SLIPWAY_DATA_DIR.',
  'There is no feature view “{1}” in the online store.': 'Im Online-Speicher gibt es keine Merkmalssicht „{1}“.',
  'Bring one in with: slipway features materialize VIEW': 'Bringe eine hinein mit: slipway features materialize VIEW',
  'Another materialization of the view has replaced this one.':
    'Ein anderer Durchgang hat diese Sicht inzwischen online gebracht.',
  'Let one materialization of a view run at a time.':
    'Lass eine Sicht nur von einem Durchgang auf einmal online bringen.',
  'Row {1}: the view {2} has no column “{3}”.': 'Zeile {1}: die Sicht {2} hat keine Spalte „{3}“.',
  'Row {1} has no “{2}”.': 'Zeile {1} hat kein „{2}“.',
  'Send every column of the view {1}; null for a feature without a value.':
    'Sende jede Spalte der Sicht {1}; null für ein Merkmal ohne Wert.',
  'Row {1}: “{2}” is missing.': 'Zeile {1}: „{2}“ fehlt.',
  'Keys and times must be there: without them a row is never found.':
    'Schlüssel und Zeiten müssen da sein: ohne sie wird eine Zeile nie gefunden.',
  'The online store at {1} cannot be used: {2}': 'Der Online-Speicher bei {1} ist nicht nutzbar: {2}',
  'Check that Redis runs there and that the address and the password are right.':
    'Prüfe, ob Redis dort läuft und ob Adresse und Passwort stimmen.',
  'The address of the online store is no redis:// or rediss:// URL.':
    'Die Adresse des Online-Speichers ist keine URL mit redis:// oder rediss://.',
  'Write redis://HOST:PORT, or leave it out for the embedded store.':
    'Schreibe redis://HOST:PORT, oder lass sie weg für den eingebauten Speicher.',
  'There is no feature service “{1}”.': 'Es gibt keinen Merkmalsdienst „{1}“.',
  '{1} has the version {2}.': '{1} hat die Version {2}.',
  '{1} has the versions {2}.': '{1} hat die Versionen {2}.',
  'Run a graph with a Feature service step.': 'Führe einen Graphen mit einem Schritt „Merkmalsdienst“ aus.',
  'without {1}': 'ohne {1}',
  'keys, types, times or time to live of a view differ':
    'Schlüssel, Typen, Zeiten oder Gültigkeitsdauer einer Sicht sind anders',
  'now {1}': 'jetzt {1}',
  '{1} is used by a registered model and promises other features: {2*}.':
    '{1} wird von einem eingetragenen Modell genutzt und verspricht andere Merkmale: {2}.',
  'Set the version of the Feature service step to {1}, or bring the earlier choice back.':
    'Setze die Version des Schritts „Merkmalsdienst“ auf {1}, oder stelle die frühere Auswahl wieder her.',
  'The artifact {1} is no feature view.': 'Das Ergebnis {1} ist keine Merkmalssicht.',
  'Name the output of a Feature view step.': 'Nenne den Ausgang eines Schritts „Merkmalssicht“.',
  'its model has no vocabulary and merges': 'sein Modell hat kein Vokabular mit Verschmelzungen',
  'it has no token “{1}”': 'es hat kein Token „{1}“',
  none: 'keine',
  'without GPT-2’s pattern': 'ohne das Muster von GPT-2',
  'BPE {1}': 'BPE {1}',
  'one with more tokens': 'eine mit mehr Token',
  'WordPiece and byte-level BPE': 'WordPiece und BPE auf Bytes',
  ByteLevel: 'ByteLevel',
  'ByteLevel with it': 'ByteLevel damit',
  'plain byte-level BPE': 'einfaches BPE auf Bytes',
  'one token before and one behind a text': 'ein Token vor und eines nach einem Text',
  'The {1} of {2} is {3*}; only {4*} can be served.': '{1} von {2} ist {3}; betrieben werden kann nur {4}.',
  'Choose a model of the BERT, GPT-2 or RoBERTa family, or make the tokens in a Python step and give them to ONNX model.':
    'Wähle ein Modell der Familie BERT, GPT-2 oder RoBERTa, oder mache die Token in einem Python-Schritt und gib sie einem ONNX-Modell.',
  'its post-processor does not say what {1} is': 'sein Nachbearbeiter sagt nicht, was {1} ist',
};
