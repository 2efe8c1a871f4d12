/** What the engine says about files, queries, models and devices: its English, and the German of it with the same slots. */
export const computeMessages: Readonly<Record<string, string>> = {
  '{1} is larger than 1 GiB, and Arrow files are read in memory.':
    '{1} ist größer als 1 GiB, und Arrow-Dateien werden im Arbeitsspeicher gelesen.',
  'Convert it to Parquet.': 'Wandle es in Parquet um.',
  '{1} is no Arrow file that can be read: {2}.': '{1} ist keine lesbare Arrow-Datei: {2}.',
  'Write it without compression.': 'Schreibe sie ohne Kompression.',
  'Check that the file is complete.': 'Prüfe, ob die Datei vollständig ist.',
  '{1} has two columns named “{2}”.': '{1} hat zwei Spalten namens „{2}“.',
  'Rename one of them.': 'Benenne eine davon um.',
  'An Arrow file is made in memory: about {1} MiB are needed.':
    'Eine Arrow-Datei wird im Arbeitsspeicher gemacht: etwa {1} MiB werden gebraucht.',
  'Write Parquet, which is streamed, or give the step more memory.':
    'Schreibe Parquet, das nach und nach geschrieben wird, oder gib dem Schritt mehr Arbeitsspeicher.',
  'Arrow gave no bytes.': 'Arrow gab keine Bytes.',
  'The native parameters of the clustering do not fit its shape.':
    'Die eigenen Werte der Clusterung passen nicht zu ihrer Form.',
  'Run the step again with --force.': 'Führe den Schritt noch einmal mit --force aus.',
  '{1} MiB': '{1} MiB',
  'There is no room on the graphics processor for {1}: it needs {2*}, {3*} of {4} MiB are taken.':
    'Auf dem Grafikprozessor ist kein Platz für {1}: es braucht {2}, {3} von {4} MiB sind belegt.',
  'Set its device to cpu, end what else is there, or allow more memory on the Devices screen.':
    'Setze sein Gerät auf cpu, beende, was sonst dort läuft, oder erlaube auf der Seite „Geräte“ mehr Speicher.',
  '{1} cannot be written.': '{1} kann nicht geschrieben werden.',
  'Set SLIPWAY_GPU_FIRST and SLIPWAY_GPU_MEMORY_MIB instead, or name another folder in SLIPWAY_DEVICES_DIR.':
    'Setze stattdessen SLIPWAY_GPU_FIRST und SLIPWAY_GPU_MEMORY_MIB, oder nenne einen anderen Ordner in SLIPWAY_DEVICES_DIR.',
  '{1} {2} ms': '{1} {2} ms',
  'the first batches took {1}.': 'die ersten Stapel brauchten {1}.',
  'It computed {1} where {2} is right.': 'Es hat {1} berechnet, wo {2} richtig ist.',
  'The Vulkan loader (libvulkan.so.1) is not installed; Debian and Ubuntu have it in libvulkan1.':
    'Der Vulkan-Lader (libvulkan.so.1) ist nicht installiert; Debian und Ubuntu haben ihn in libvulkan1.',
  'This build of ONNX Runtime does not carry it ({1}).': 'Diese Ausgabe der ONNX Runtime enthält es nicht ({1}).',
  'There is no graphics processor with a Vulkan, Metal or Direct3D 12 driver.':
    'Es gibt keinen Grafikprozessor mit einem Treiber für Vulkan, Metal oder Direct3D 12.',
  "Its libraries, or NVIDIA's CUDA and cuDNN, are not installed ({1}).":
    'Seine Bibliotheken, oder CUDA und cuDNN von NVIDIA, sind nicht installiert ({1}).',
  'with code {1}': 'mit Code {1}',
  'by {1}': 'durch {1}',
  'Its driver did not answer within {1} s.': 'Sein Treiber hat nicht innerhalb von {1} s geantwortet.',
  'Its driver ended the process {1*}{2}': 'Sein Treiber hat den Prozess beendet {1}{2}',
  'it was asked for.': 'so war es verlangt.',
  'its batches are little work; handing them to a device would take longer.':
    'seine Stapel sind wenig Arbeit; sie einem Gerät zu übergeben, dauerte länger.',
  'the system lists no graphics processor.': 'das System nennt keinen Grafikprozessor.',
  'no other device works here ({1}).': 'kein anderes Gerät geht hier ({1}).',
  'a graphics processor was asked for.': 'ein Grafikprozessor war verlangt.',
  'this system cannot have it.': 'dieses System kann es nicht haben.',
  'The device “{1}” cannot be used: {2*}': 'Das Gerät „{1}“ ist nicht nutzbar: {2}',
  'Set the device to auto or cpu; the Devices screen tells what works here.':
    'Setze das Gerät auf auto oder cpu; die Seite „Geräte“ sagt, was hier geht.',
  'missing values {1} → {2}': 'fehlende Werte {1} → {2}',
  'median {1} → {2}': 'Median {1} → {2}',
  '90 % of values span {1} → {2}': '90 % der Werte umfassen {1} → {2}',
  'that is a factor of {1}, as after a change of unit': 'das ist ein Faktor {1}, wie nach einem Wechsel der Einheit',
  '{1} new values ({2}, …) make up {3}': '{1} neue Werte ({2}, …) machen {3} aus',
  '{1} new values ({2}) make up {3}': '{1} neue Werte ({2}) machen {3} aus',
  '{1} is not a table file.': '{1} ist keine Tabellendatei.',
  'Give a file that ends in {1}.': 'Gib eine Datei, die auf {1} endet.',
  'There is no file {1}.': 'Es gibt keine Datei {1}.',
  'Check the path.': 'Prüfe den Pfad.',
  '{1} is UTF-16 text with the high byte first, which is not read.':
    '{1} ist UTF-16-Text mit dem hohen Byte zuerst, der nicht gelesen wird.',
  'Save the file as UTF-8.': 'Speichere die Datei als UTF-8.',
  '{1} is empty.': '{1} ist leer.',
  'Choose a file with a header and rows.': 'Wähle eine Datei mit Kopfzeile und Zeilen.',
  '{1} has a header but no rows.': '{1} hat eine Kopfzeile, aber keine Zeilen.',
  '{1} is not a CSV file that can be understood.': '{1} ist keine verständliche CSV-Datei.',
  'Set delimiter, quote, header and encoding by hand.':
    'Setze Trennzeichen, Anführungszeichen, Kopfzeile und Kodierung von Hand.',
  '{1} has another header than {2}.': '{1} hat eine andere Kopfzeile als {2}.',
  'Files read together need the same columns in the same order.':
    'Dateien, die zusammen gelesen werden, brauchen dieselben Spalten in derselben Reihenfolge.',
  'Column “{1}” occurs {2} times in the header; the columns are named {3}.':
    'Die Spalte „{1}“ steht {2} Mal in der Kopfzeile; die Spalten heißen {3}.',
  'Rename the columns in the file, or select those you need in an SQL step.':
    'Benenne die Spalten in der Datei um, oder wähle in einem SQL-Schritt die, die du brauchst.',
  tab: 'Tabulator',
  'semicolon (;)': 'Semikolon (;)',
  'comma (,)': 'Komma (,)',
  'bar (|)': 'Senkrechter Strich (|)',
  'The file has one column, named “{1}”, with delimiter {2*}.':
    'Die Datei hat eine Spalte namens „{1}“, mit dem Trennzeichen {2}.',
  'The delimiter is probably {1*}: set it, or leave it empty to find it.':
    'Das Trennzeichen ist wohl {1}: setze es, oder lass es leer, damit es gefunden wird.',
  '{1} is not {2} text.': '{1} ist kein Text in {2}.',
  'Set encoding to latin-1 or utf-16, or save the file as UTF-8.':
    'Setze die Kodierung auf latin-1 oder utf-16, oder speichere die Datei als UTF-8.',
  '{1}, line {2}: {3} fields where {4} are expected: {5}': '{1}, Zeile {2}: {3} Felder, wo {4} erwartet werden: {5}',
  'Repair that line, or check delimiter and quote.':
    'Repariere diese Zeile, oder prüfe Trennzeichen und Anführungszeichen.',
  '{1}, line {2}, column “{3}”: {4}.': '{1}, Zeile {2}, Spalte „{3}“: {4}.',
  'Set the type of “{1}” to string, or name the text that stands for missing values.':
    'Setze den Typ von „{1}“ auf Text, oder nenne den Text, der für fehlende Werte steht.',
  '{1}, line {2}: {3}: {4}': '{1}, Zeile {2}: {3}: {4}',
  'Repair that line, or check delimiter, quote and encoding.':
    'Repariere diese Zeile, oder prüfe Trennzeichen, Anführungszeichen und Kodierung.',
  'The query failed': 'Die Abfrage ist gescheitert',
  'Cannot read {1}': '{1} ist nicht lesbar',
  'The table cannot be profiled': 'Von der Tabelle kann kein Profil gemacht werden',
  'The columns cannot be compared': 'Die Spalten können nicht verglichen werden',
  'The versions cannot be compared': 'Die Versionen können nicht verglichen werden',
  'The query cannot be run': 'Die Abfrage kann nicht laufen',
  'The step cannot be run': 'Der Schritt kann nicht laufen',
  'Cannot learn from the training table': 'Aus der Trainingstabelle kann nicht gelernt werden',
  '{1*}: DuckDB ran out of its memory limit. {2}': '{1}: DuckDB hat seine Speichergrenze erreicht. {2}',
  'Give the step more memory, or read fewer rows or columns.':
    'Gib dem Schritt mehr Arbeitsspeicher, oder lies weniger Zeilen oder Spalten.',
  '{1*}: the disk is full.': '{1}: die Platte ist voll.',
  'Free disk space, or choose another data directory with --data-dir.':
    'Gib Platz auf der Platte frei, oder wähle einen anderen Datenordner mit --data-dir.',
  '{1*}: the disk is read-only.': '{1}: die Platte ist schreibgeschützt.',
  'Choose a writable data directory with --data-dir.': 'Wähle einen schreibbaren Datenordner mit --data-dir.',
  'Check that the file is complete and that format is right.':
    'Prüfe, ob die Datei vollständig ist und das Format stimmt.',
  'The format of {1} cannot be told from its name.': 'Das Format von {1} geht aus dem Namen nicht hervor.',
  'Set format to csv, tsv, parquet, json, ndjson or arrow; convert other files first.':
    'Setze das Format auf csv, tsv, parquet, json, ndjson oder arrow; andere Dateien wandle erst um.',
  '{1} ends before its list of rows is closed.': '{1} endet, bevor die Liste der Zeilen geschlossen ist.',
  'The file was cut short: get it again.': 'Die Datei wurde abgeschnitten: hole sie noch einmal.',
  'Folders of partitions are read of Parquet, CSV and JSON only.':
    'Ordner mit Partitionen werden nur von Parquet, CSV und JSON gelesen.',
  'Turn partitions off.': 'Schalte die Partitionen aus.',
  'A type is set for column “{1}”, which {2} does not have.':
    'Für die Spalte „{1}“, die {2} nicht hat, ist ein Typ gesetzt.',
  '{1} holds JSON that is nested more than {2} deep.': '{1} enthält JSON, das mehr als {2} tief verschachtelt ist.',
  'Flatten it, or choose another file.': 'Verflache es, oder wähle eine andere Datei.',
  'The table has no column “{1}”.': 'Die Tabelle hat keine Spalte „{1}“.',
  'Choose a column of the table.': 'Wähle eine Spalte der Tabelle.',
  'The preview took more than {1} s.': 'Die Vorschau hat länger als {1} s gedauert.',
  'Its columns were not found within {1} s.': 'Seine Spalten waren in {1} s nicht zu finden.',
  'Read less, or run the step to see its columns.':
    'Lies weniger, oder führe den Schritt aus, um seine Spalten zu sehen.',
  'Run the step to see its rows.': 'Führe den Schritt aus, um seine Zeilen zu sehen.',
  'Column “{1}” is not in {2}.': 'Die Spalte „{1}“ ist nicht in {2}.',
  'Column “{1}” is {2}, where {3} is expected.': 'Die Spalte „{1}“ ist {2}, erwartet wird {3}.',
  'Cast the column in an SQL step before this one.': 'Wandle die Spalte in einem SQL-Schritt vor diesem um.',
  'Tensor column “{1}” is asked for without its size.': 'Die Tensorspalte „{1}“ ist ohne ihre Größe verlangt.',
  'The query takes a random sample, so each run would give other rows.':
    'Die Abfrage zieht eine zufällige Stichprobe; jeder Lauf gäbe andere Zeilen.',
  'Filter by a hash of a column, such as WHERE hash(id) % 10 = 0.':
    'Filtere nach einem Hash einer Spalte, etwa WHERE hash(id) % 10 = 0.',
  'is empty.': 'ist leer.',
  'is not one expression.': 'ist nicht ein einzelner Ausdruck.',
  'holds a query.': 'enthält eine Abfrage.',
  'names all columns.': 'nennt alle Spalten.',
  'combines rows.': 'fasst Zeilen zusammen.',
  'Write an expression, such as price * 2.': 'Schreibe einen Ausdruck, etwa price * 2.',
  'Write a single expression without keywords of a query.':
    'Schreibe einen einzelnen Ausdruck ohne Schlüsselwörter einer Abfrage.',
  'Use an SQL step for queries.': 'Nutze für Abfragen einen SQL-Schritt.',
  'Name the columns that are meant.': 'Nenne die Spalten, die gemeint sind.',
  'Use Aggregate, or add OVER () to compute it beside each row.':
    'Nutze „Zusammenfassen“, oder füge OVER () an, um es neben jeder Zeile zu berechnen.',
  'The query has {1} characters; {2} are allowed.': 'Die Abfrage hat {1} Zeichen; {2} sind erlaubt.',
  'Split it over several SQL steps.': 'Teile sie auf mehrere SQL-Schritte auf.',
  'The query is empty.': 'Die Abfrage ist leer.',
  'Write a SELECT over the inputs.': 'Schreibe ein SELECT über die Eingänge.',
  'The query has a placeholder ($1 or ?).': 'Die Abfrage hat einen Platzhalter ($1 oder ?).',
  'Write the value in its place.': 'Schreibe den Wert an seine Stelle.',
  'Remove statements that change, create, load or delete something, and anything after a semicolon.':
    'Entferne Anweisungen, die etwas ändern, anlegen, laden oder löschen, und alles nach einem Semikolon.',
  'The query calls {1}(), which reads something other than its inputs.':
    'Die Abfrage ruft {1}() auf, was anderes als ihre Eingänge liest.',
  'Read files with a File node and connect it as an input.':
    'Lies Dateien mit einem Knoten „Datei“ und verbinde ihn als Eingang.',
  ' in line {1}': ' in Zeile {1}',
  'Column “{1}” does not exist{2*}.': 'Die Spalte „{1}“ gibt es nicht{2}.',
  'Check the columns of the inputs.': 'Prüfe die Spalten der Eingänge.',
  'Table “{1}” does not exist{2*}.': 'Die Tabelle „{1}“ gibt es nicht{2}.',
  'Function “{1}” does not exist{2*}.': 'Die Funktion „{1}“ gibt es nicht{2}.',
  'This query has no inputs': 'Diese Abfrage hat keine Eingänge',
  'The inputs are {1}': 'Die Eingänge sind {1}',
  '{1*}; add names under Inputs.': '{1}; füge bei „Eingänge“ Namen hinzu.',
  'The query reads something other than its inputs: {1}.': 'Die Abfrage liest anderes als ihre Eingänge: {1}.',
  'The query has an error{1*}: {2}': 'Die Abfrage hat einen Fehler{1}: {2}',
  'The query calls {1}(), which gives another result each time.':
    'Die Abfrage ruft {1}() auf, was jedes Mal etwas anderes ergibt.',
  'The result of a step must follow from its inputs: write the value, or read it from an input.':
    'Das Ergebnis eines Schritts muss aus seinen Eingängen folgen: schreibe den Wert hin, oder lies ihn aus einem Eingang.',
  'Rename one with AS, or leave it out: SELECT * EXCLUDE ({1}).':
    'Benenne eine mit AS um, oder lass sie weg: SELECT * EXCLUDE ({1}).',
  'The result has no column “{1}” to order by.':
    'Das Ergebnis hat keine Spalte „{1}“, nach der geordnet werden könnte.',
  'its own parameters are not beside it': 'seine eigenen Werte liegen nicht daneben',
  'The predictions of {1} cannot be explained: its own parameters are not beside it.':
    'Die Vorhersagen von {1} lassen sich nicht erklären: seine eigenen Werte liegen nicht daneben.',
  'The predictions of {1} cannot be explained: they are looked up by time.':
    'Die Vorhersagen von {1} lassen sich nicht erklären: sie werden nach der Zeit nachgeschlagen.',
  'Look at the backtest of the Forecast step.': 'Sieh dir die Rückschau des Schritts „Zeitreihe vorhersagen“ an.',
  'The native parameters of the forecast do not fit its shape.':
    'Die eigenen Werte der Prognose passen nicht zu ihrer Form.',
  'The predictions of {1} cannot be explained: no sample of its training rows is beside it.':
    'Die Vorhersagen von {1} lassen sich nicht erklären: keine Stichprobe seiner Trainingszeilen liegt daneben.',
  'The predictions of {1} cannot be explained: the sample of its training rows is empty.':
    'Die Vorhersagen von {1} lassen sich nicht erklären: die Stichprobe seiner Trainingszeilen ist leer.',
  'Serve it from the model registry, where a trained model keeps what explanations need.':
    'Betreibe es aus der Modellregistrierung, wo ein trainiertes Modell behält, was Erklärungen brauchen.',
  'The probabilities of this model are calibrated; contributions are to the score before that.':
    'Die Wahrscheinlichkeiten dieses Modells sind kalibriert; Beiträge gelten dem Wert davor.',
  'no sample of its training rows is beside it': 'keine Stichprobe seiner Trainingszeilen liegt daneben',
  'the sample of its training rows is empty': 'die Stichprobe seiner Trainingszeilen ist leer',
  'This model was trained by a version that did not keep what exact explanations need; train it again for those.':
    'Dieses Modell wurde von einer Version trainiert, die nicht behielt, was genaue Erklärungen brauchen; trainiere es dafür noch einmal.',
  'it is empty': 'es ist leer',
  'it is neither PNG nor JPEG': 'es ist weder PNG noch JPEG',
  'its header is broken': 'sein Kopf ist kaputt',
  'it has {1} × {2} pixels': 'es hat {1} × {2} Pixel',
  'it has {1} × {2} pixels, more than {3}': 'es hat {1} × {2} Pixel, mehr als {3}',
  'its pixels are broken': 'seine Pixel sind kaputt',
  'The image cannot be read: {1*}.': 'Das Bild ist nicht lesbar: {1}.',
  'Save it anew as PNG or JPEG.': 'Speichere es neu als PNG oder JPEG.',
  'A thread that decodes images ended.': 'Ein Thread, der Bilder dekodiert, hat geendet.',
  'Give the node more memory, or fewer threads.': 'Gib dem Knoten mehr Arbeitsspeicher oder weniger Threads.',
  'The image has {1} bytes, more than {2}.': 'Das Bild hat {1} Bytes, mehr als {2}.',
  'Feature “{1}” has a missing or infinite value in {2} of {3} training rows.':
    'Das Merkmal „{1}“ hat in {2} von {3} Trainingszeilen einen fehlenden oder unendlichen Wert.',
  'Add an Impute node before the trainer, or drop these rows.':
    'Füge vor dem Training einen Knoten „Auffüllen“ hinzu, oder lass diese Zeilen weg.',
  'Poisson regression needs counts: 0 or more, and not all 0.':
    'Poisson-Regression braucht Anzahlen: 0 oder mehr, und nicht alle 0.',
  'Choose a label of counts, or the squared error.':
    'Wähle eine Zielspalte mit Anzahlen, oder den quadratischen Fehler.',
  'Every row has the weight 0: there is nothing to train on.':
    'Jede Zeile hat das Gewicht 0: es gibt nichts zu lernen.',
  'Look at the weight column.': 'Sieh dir die Gewichtsspalte an.',
  'The likelihood graph lacks an output.': 'Dem Graphen der Wahrscheinlichkeit fehlt ein Ausgang.',
  'The native parameters of the linear model do not fit its shape.':
    'Die eigenen Werte des linearen Modells passen nicht zu seiner Form.',
  'The native parameters of the network do not fit its shape.':
    'Die eigenen Werte des Netzes passen nicht zu seiner Form.',
  '{1} failed while training ({2}); the CPU went on.':
    '{1} ist beim Training ausgefallen ({2}); die CPU machte weiter.',
  'The loss stopped being a finite number in epoch {1}.': 'Der Verlust war in Epoche {1} keine endliche Zahl mehr.',
  'Lower the learning rate, for example from {1} to {2}.': 'Senke die Lernrate, zum Beispiel von {1} auf {2}.',
  'it does not start with the expected bytes': 'sie beginnen nicht mit den erwarteten Bytes',
  'it ends inside its header': 'sie enden in ihrem Kopf',
  'its header is not JSON': 'ihr Kopf ist kein JSON',
  'it ends inside “{1}”': 'sie enden in „{1}“',
  'it has bytes behind its last array': 'sie haben Bytes hinter ihrem letzten Array',
  'The native parameters of the model cannot be read: {1*}.': 'Die eigenen Werte des Modells sind nicht lesbar: {1}.',
  'The key {1} has a part “.” or “..”, which no address can hold.':
    'Der Schlüssel {1} hat einen Teil „.“ oder „..“, den keine Adresse fasst.',
  'Copy the object under another key.': 'Kopiere das Objekt unter einen anderen Schlüssel.',
  'More than {1} objects start with “{2}”.': 'Mehr als {1} Objekte beginnen mit „{2}“.',
  'Make the pattern narrower.': 'Mache das Muster enger.',
  'An object is written in one piece of at most 5 GiB.':
    'Ein Objekt wird in einem Stück von höchstens 5 GiB geschrieben.',
  'Write Parquet, or split the rows.': 'Schreibe Parquet, oder teile die Zeilen auf.',
  'There is more data than the limit, at {1}.': 'Es sind mehr Daten als die Grenze, bei {1}.',
  'Raise the limit, or make the pattern narrower.': 'Erhöhe die Grenze, oder mache das Muster enger.',
  '“{1}” is no name of a bucket.': '„{1}“ ist kein Name eines Buckets.',
  'Set bucket.': 'Setze bucket.',
  'The endpoint “{1}” is no http or https address.': 'Der Endpunkt „{1}“ ist keine http- oder https-Adresse.',
  'Write one such as https://minio.example.org.': 'Schreibe eine wie https://minio.example.org.',
  'the bucket {1}': 'den Bucket {1}',
  '{1} of the bucket {2}': '{1} des Buckets {2}',
  'There is no bucket {1}.': 'Es gibt keinen Bucket {1}.',
  'There is no {1*}.': 'Es gibt nicht: {1}.',
  'Check bucket and key.': 'Prüfe Bucket und Schlüssel.',
  'The storage has changed {1*} while it was read.': 'Der Speicher hat {1} geändert, während gelesen wurde.',
  'The storage refuses access to {1*} ({2}).': 'Der Speicher verweigert den Zugriff auf {1} ({2}).',
  'Check the access key, its secret and its rights.': 'Prüfe den Zugangsschlüssel, sein Geheimnis und seine Rechte.',
  'The storage answers {1*} with status {2}.': 'Der Speicher antwortet bei {1} mit Status {2}.',
  'The storage answers {1*} with status {2} ({3}).': 'Der Speicher antwortet bei {1} mit Status {2} ({3}).',
  'Run again later, or check the address.': 'Führe es später noch einmal aus, oder prüfe die Adresse.',
  'The storage at {1} cannot be reached: {2}.': 'Der Speicher bei {1} ist nicht erreichbar: {2}.',
  'Check the endpoint and that it can be reached from this machine.':
    'Prüfe den Endpunkt, und ob er von dieser Maschine aus erreichbar ist.',
  'no tensor': 'kein Tensor',
  'the adopted model': 'das übernommene Modell',
  'a regression has one': 'eine Regression hat einen',
  'the label has {1} classes': 'die Zielspalte hat {1} Klassen',
  'The input “{1}” of {2} is text, and features are numbers.':
    'Der Eingang „{1}“ von {2} ist Text, und Merkmale sind Zahlen.',
  'The input “{1}” of {2} is {3}, and features are numbers.':
    'Der Eingang „{1}“ von {2} ist {3}, und Merkmale sind Zahlen.',
  'The input “{1}” of {2} is not a tensor, and features are numbers.':
    'Der Eingang „{1}“ von {2} ist kein Tensor, und Merkmale sind Zahlen.',
  'The input “{1}” of {2} has {3} dimensions; features are a matrix of rows and columns.':
    'Der Eingang „{1}“ von {2} hat {3} Dimensionen; Merkmale sind eine Matrix aus Zeilen und Spalten.',
  'The input “{1}” of {2} takes exactly {3} rows at a time.':
    'Der Eingang „{1}“ von {2} nimmt genau {3} Zeilen auf einmal.',
  '{1} takes an input “{2}”, and no feature has that name.':
    '{1} nimmt einen Eingang „{2}“, und kein Merkmal heißt so.',
  'The input “{1}” of {2} takes {3} columns, and the features have {4}.':
    'Der Eingang „{1}“ von {2} nimmt {3} Spalten, und die Merkmale haben {4}.',
  'The input “{1}” of {2} takes {3} columns, and the feature has {4}.':
    'Der Eingang „{1}“ von {2} nimmt {3} Spalten, und das Merkmal hat {4}.',
  '{1} has no output “{2}” of numbers. It has: {3}.': '{1} hat keinen Ausgang „{2}“ mit Zahlen. Es hat: {3}.',
  '{1} has no output of numbers to score with. It has: {2}.':
    '{1} hat keinen Ausgang mit Zahlen zum Bewerten. Es hat: {2}.',
  '{1*} cannot score {2} training rows: {3}': '{1} kann {2} Trainingszeilen nicht bewerten: {3}',
  'The output “{1}” of {2*} has the shape [{3}] for {4} rows.':
    'Der Ausgang „{1}“ von {2} hat für {4} Zeilen die Form [{3}].',
  '{1} gives {2} score per row, and {3*}.': '{1} gibt {2} Wert je Zeile, und {3}.',
  '{1} gives {2} scores per row, and {3*}.': '{1} gibt {2} Werte je Zeile, und {3}.',
  '“{1}” gives {2} score per row, and {3*}.': '„{1}“ gibt {2} Wert je Zeile, und {3}.',
  '“{1}” gives {2} scores per row, and {3*}.': '„{1}“ gibt {2} Werte je Zeile, und {3}.',
  'Export the model without its own text encoding, and encode the columns by feature steps here.':
    'Exportiere das Modell ohne seine eigene Textkodierung, und kodiere die Spalten hier in Merkmalsschritten.',
  'Export the model for rows of numbers.': 'Exportiere das Modell für Zeilen von Zahlen.',
  'Export the model with a variable first dimension.':
    'Exportiere das Modell mit einer veränderlichen ersten Dimension.',
  'Name a feature “{1}”, or export the model with one matrix as its input. Features: {2}.':
    'Nenne ein Merkmal „{1}“, oder exportiere das Modell mit einer Matrix als Eingang. Merkmale: {2}.',
  'Connect the features the model was trained on, in their order.':
    'Verbinde die Merkmale, auf denen das Modell trainiert wurde, in ihrer Reihenfolge.',
  'Choose one of its outputs.': 'Wähle einen seiner Ausgänge.',
  'Export the model with its probabilities, not only its labels.':
    'Exportiere das Modell mit seinen Wahrscheinlichkeiten, nicht nur mit seinen Zielwerten.',
  'Check which inputs the model was exported with.': 'Prüfe, mit welchen Eingängen das Modell exportiert wurde.',
  'Choose the output with one row of scores for each input row.':
    'Wähle den Ausgang mit einer Zeile von Werten je Eingangszeile.',
  'Choose the label the model was trained for, or another output.':
    'Wähle die Zielspalte, für die das Modell trainiert wurde, oder einen anderen Ausgang.',
  'native.bin does not hold an adopted model.': 'native.bin enthält kein übernommenes Modell.',
  'Run the training step again with --force.': 'Führe den Trainingsschritt noch einmal mit --force aus.',
  'The column “{1}” has the name of an output of the model.':
    'Die Spalte „{1}“ hat den Namen eines Ausgangs des Modells.',
  'The request has no rows.': 'Die Anfrage hat keine Zeilen.',
  'Send at least one row.': 'Sende mindestens eine Zeile.',
  null: 'null',
  'a list of {1}': 'eine Liste von {1}',
  'the text {1}': 'der Text {1}',
  'Row {1}: expected an object of column values, got {2*}.':
    'Zeile {1}: erwartet wird ein Objekt von Spaltenwerten, da ist {2}.',
  'Send rows like {{1}}.': 'Sende Zeilen wie {{1}}.',
  'Row {1} has no column “{2}”, but has “{3}”.': 'Zeile {1} hat keine Spalte „{2}“, aber „{3}“.',
  'Rename “{1}” to “{2}”, or send "{3}": null if it is missing.':
    'Benenne „{1}“ in „{2}“ um, oder sende "{3}": null, wenn der Wert fehlt.',
  "Row {1} has none of the model's columns.": 'Zeile {1} hat keine der Spalten des Modells.',
  'Send at least one of {1}.': 'Sende mindestens eine von {1}.',
  'Row {1}, column “{2}”: expected {3} numbers, got {4}.':
    'Zeile {1}, Spalte „{2}“: erwartet werden {3} Zahlen, da sind {4}.',
  'Send exactly {1} numbers.': 'Sende genau {1} Zahlen.',
  'true or false': 'wahr oder falsch',
  'a whole number': 'eine ganze Zahl',
  'a number': 'eine Zahl',
  'an ISO 8601 time like "2001-05-01T14:30:00Z", or milliseconds since 1970':
    'ein Zeitpunkt nach ISO 8601 wie "2001-05-01T14:30:00Z", oder Millisekunden seit 1970',
  text: 'Text',
  'a list of {1} numbers': 'eine Liste von {1} Zahlen',
  'a number at position {1}': 'eine Zahl an Stelle {1}',
  'Row {1}, column “{2}”: expected {3*}, got {4*}.': 'Zeile {1}, Spalte „{2}“: erwartet wird {3}, da ist {4}.',
  'Send the number without quotes.': 'Sende die Zahl ohne Anführungszeichen.',
  'Send null for a missing value.': 'Sende null für einen fehlenden Wert.',
  'The pipeline gave no feature “{1}”.': 'Die Schritte gaben kein Merkmal „{1}“.',
  'The features artifact {1} cannot be read.': 'Das Ergebnis „Merkmale“ {1} ist nicht lesbar.',
  'No feature step is connected.': 'Es ist kein Merkmalsschritt verbunden.',
  'Connect at least one feature step to the trainer.': 'Verbinde mindestens einen Merkmalsschritt mit dem Training.',
  'The feature steps were fitted on different tables.':
    'Die Merkmalsschritte haben aus verschiedenen Tabellen gelernt.',
  'Connect all feature steps of one trainer to the same table.':
    'Verbinde alle Merkmalsschritte eines Trainings mit derselben Tabelle.',
  'Two feature steps give a feature called “{1}”.': 'Zwei Merkmalsschritte geben ein Merkmal namens „{1}“.',
  'Handle each column in one step, or chain the steps one after the other.':
    'Behandle jede Spalte in einem Schritt, oder stelle die Schritte hintereinander.',
  'No value carries the feature “{1}”.': 'Kein Wert trägt das Merkmal „{1}“.',
  'The file is no ONNX model, or is cut off.': 'Die Datei ist kein ONNX-Modell, oder sie ist abgeschnitten.',
  'Export the model again, or choose another file.': 'Exportiere das Modell noch einmal, oder wähle eine andere Datei.',
  'The file holds no ONNX graph.': 'Die Datei enthält keinen ONNX-Graphen.',
  'Column “{1}” is {2} in one feature step and {3} in another.':
    'Die Spalte „{1}“ ist {2} in einem Merkmalsschritt und {3} in einem anderen.',
  'Fit all feature steps of one trainer on the same table.':
    'Lass alle Merkmalsschritte eines Trainings aus derselben Tabelle lernen.',
  'The two models are written for versions {1} and {2} of the operator set ai.onnx, which cannot be mixed.':
    'Die beiden Modelle sind für die Versionen {1} und {2} des Operatorsatzes ai.onnx geschrieben, die sich nicht mischen lassen.',
  'The two models are written for versions {1} and {2} of the operator set {3}, which cannot be mixed.':
    'Die beiden Modelle sind für die Versionen {1} und {2} des Operatorsatzes {3} geschrieben, die sich nicht mischen lassen.',
  'Convert the ONNX file that came from elsewhere to operator set 21.':
    'Wandle die ONNX-Datei, die von anderswo kam, in den Operatorsatz 21 um.',
  'A model has no output “{1}”.': 'Ein Modell hat keinen Ausgang „{1}“.',
  'Column “{1}” was not read.': 'Die Spalte „{1}“ wurde nicht gelesen.',
  'the model': 'das Modell',
  'ONNX Runtime refused {1*}: {2}': 'ONNX Runtime hat {1} abgelehnt: {2}',
  'Save the model as one file, with its weights in it.':
    'Speichere das Modell als eine Datei, mit seinen Gewichten darin.',
  'Check that the file is a complete ONNX model with operators that ONNX Runtime 1.30 knows.':
    'Prüfe, ob die Datei ein vollständiges ONNX-Modell ist, mit Operatoren, die ONNX Runtime 1.30 kennt.',
  'Cannot read {1}: {2}': '{1} ist nicht lesbar: {2}',
  'Check that the file exists and that this user may read it.':
    'Prüfe, ob es die Datei gibt und ob dieser Benutzer sie lesen darf.',
  'The samples of {1} cannot be unpacked into {2}.': 'Die Beispieldaten von {1} lassen sich nicht nach {2} entpacken.',
  'Free some space there, or point XDG_CACHE_HOME to a folder that may be written.':
    'Schaffe dort Platz, oder setze XDG_CACHE_HOME auf einen Ordner, in den geschrieben werden darf.',
  'No file is named.': 'Es ist keine Datei genannt.',
  '{1} does not name a file that can be written.': '{1} nennt keine Datei, die geschrieben werden kann.',
  'Give a path on this machine.': 'Gib einen Pfad auf dieser Maschine an.',
  '{1} is a folder.': '{1} ist ein Ordner.',
  'Name a file in it.': 'Nenne eine Datei darin.',
  'There is no folder {1} to write {2} into.': 'Es gibt keinen Ordner {1}, in den {2} geschrieben werden könnte.',
  'Make the folder, or let the step make it.': 'Lege den Ordner an, oder lass den Schritt ihn anlegen.',
  'The folder {1} has none of {2}.': 'Der Ordner {1} hat nichts von {2}.',
  'Choose the folder that save_pretrained wrote, or one file.':
    'Wähle den Ordner, den save_pretrained geschrieben hat, oder eine Datei.',
  'Set path to a file.': 'Setze path auf eine Datei.',
  '{1} is not a path on this machine.': '{1} ist kein Pfad auf dieser Maschine.',
  'Download it and give the path of the file.': 'Lade es herunter und gib den Pfad der Datei an.',
  '{1} is a folder, not a file.': '{1} ist ein Ordner, keine Datei.',
  'Name a file in it, or several with a glob such as {1}/*.parquet.':
    'Nenne eine Datei darin, oder mehrere mit einem Muster wie {1}/*.parquet.',
  '{1} matches more than {2} files.': '{1} passt auf mehr als {2} Dateien.',
  'Check the pattern; it starts from {1}.': 'Prüfe das Muster; es beginnt bei {1}.',
  'Check the pattern; it starts from the package {1}.': 'Prüfe das Muster; es beginnt beim Paket {1}.',
  '{1} names {2} files where one is expected.': '{1} nennt {2} Dateien, wo eine erwartet wird.',
  'Name a single file.': 'Nenne eine einzelne Datei.',
  '{1} does not name a file of a package.': '{1} nennt keine Datei eines Pakets.',
  'Write it as pkg:NAME/path, for example pkg:vega-datasets/data/airports.csv.':
    'Schreibe es als pkg:NAME/path, zum Beispiel pkg:vega-datasets/data/airports.csv.',
  'The package {1} is not installed with Slipway ({2}).': 'Das Paket {1} ist nicht mit Slipway installiert ({2}).',
  'Give the path of a file on this machine instead.': 'Gib stattdessen den Pfad einer Datei auf dieser Maschine an.',
  '{1} leads out of its package.': '{1} führt aus seinem Paket heraus.',
  'A pkg: path names a file inside the package; use a plain path for other files.':
    'Ein Pfad mit pkg: nennt eine Datei im Paket; für andere Dateien nimm einen einfachen Pfad.',
  '{1} may not be read.': '{1} darf nicht gelesen werden.',
  'Give this user permission to read it.': 'Gib diesem Benutzer das Recht, es zu lesen.',
  '{1} does not exist: there is no folder {2}.': '{1} gibt es nicht: es gibt keinen Ordner {2}.',
  'Check the path; relative paths start from the folder of the graph file.':
    'Prüfe den Pfad; relative Pfade beginnen beim Ordner der Graphdatei.',
  '{1} does not exist (looked for {2}).': '{1} gibt es nicht (gesucht: {2}).',
  'There is no Python program {1}.': 'Es gibt kein Python-Programm {1}.',
  '{1} does not start: {2}.': '{1} startet nicht: {2}.',
  'Set interpreter to a Python program with pyarrow, or the variable SLIPWAY_PYTHON before starting Slipway.':
    'Setze interpreter auf ein Python-Programm mit pyarrow, oder die Variable SLIPWAY_PYTHON, bevor Slipway startet.',
  '{1} more lines of output are not kept.': '{1} weitere Zeilen der Ausgabe werden nicht behalten.',
  'The script did not end within {1} s.': 'Das Skript hat nicht innerhalb von {1} s geendet.',
  'Raise its time limit, or make it faster.': 'Erhöhe seine Zeitgrenze, oder mache es schneller.',
  'Look into the log of the step.': 'Sieh ins Protokoll des Schritts.',
  'The script ran out of its {1} MiB of memory.': 'Das Skript hat seine {1} MiB Arbeitsspeicher erreicht.',
  'Raise its memory limit, or read fewer columns.': 'Erhöhe seine Speichergrenze, oder lies weniger Spalten.',
  'Raise its memory limit, or train on fewer rows.': 'Erhöhe seine Speichergrenze, oder trainiere auf weniger Zeilen.',
  'Raise its memory limit, or use more workers.': 'Erhöhe seine Speichergrenze, oder nimm mehr Worker.',
  '{1} lacks the package {2}, {3}.': 'In {1} fehlt das Paket {2}, {3}.',
  'Install it there: {1} -m pip install {2}': 'Installiere es dort: {1} -m pip install {2}',
  ' (line {1})': ' (Zeile {1})',
  ' (line {1}: {2})': ' (Zeile {1}: {2})',
  'Correct the script.': 'Berichtige das Skript.',
  'Install {1} for {2}.': 'Installiere {1} für {2}.',
  'The index of {1} items takes {2} MiB, and the step has {3}.':
    'Das Verzeichnis von {1} Artikeln braucht {2} MiB, und der Schritt hat {3}.',
  'Give the node more memory, or use fewer columns of the embedding.':
    'Gib dem Knoten mehr Arbeitsspeicher, oder nimm weniger Spalten der Einbettung.',
  'The index of neighbours does not fit its shape.': 'Das Verzeichnis der Nachbarn passt nicht zu seiner Form.',
  'The native parameters of the recommendation do not fit its shape.':
    'Die eigenen Werte der Empfehlung passen nicht zu ihrer Form.',
  'Choose another name for the predictions, or leave that column out.':
    'Wähle einen anderen Namen für die Vorhersagen, oder lass diese Spalte weg.',
  'The table has no column “{1}”, which the model needs.':
    'Die Tabelle hat keine Spalte „{1}“, die das Modell braucht.',
  'The table has no column “{1}”, which is to be kept.':
    'Die Tabelle hat keine Spalte „{1}“, die behalten werden soll.',
  'Give a table with that column.': 'Gib eine Tabelle mit dieser Spalte.',
  '“{1}” stands in the space twice.': '„{1}“ steht zweimal im Raum.',
  '“{1}” depends on “{2}”, which does not stand before it.': '„{1}“ hängt von „{2}“ ab, das nicht davor steht.',
  '“{1}” depends on “{2}” having one of no values.': '„{1}“ hängt davon ab, dass „{2}“ keinen Wert hat.',
  '“{1}” has no choices.': '„{1}“ hat keine Auswahl.',
  '“{1}” has a choice twice.': '„{1}“ hat eine Wahl zweimal.',
  'The bounds of “{1}” must be finite numbers.': 'Die Grenzen von „{1}“ müssen endliche Zahlen sein.',
  'The lower bound of “{1}” ({2}) is above the upper one ({3}).':
    'Die untere Grenze von „{1}“ ({2}) liegt über der oberen ({3}).',
  'The bounds of “{1}” must be whole numbers.': 'Die Grenzen von „{1}“ müssen ganze Zahlen sein.',
  '“{1}” is drawn on a logarithmic scale, so its lower bound must be above 0.':
    '„{1}“ wird auf einer logarithmischen Skala gezogen, also muss die untere Grenze über 0 liegen.',
  '“{1}” alone predicts the label with ROC AUC {2}: is it known before the label is?':
    '„{1}“ allein sagt die Zielspalte mit ROC AUC {2} vorher: ist es vor dem Zielwert bekannt?',
  '“{1}” alone predicts the label with R² {2}: is it known before the label is?':
    '„{1}“ allein sagt die Zielspalte mit R² {2} vorher: ist es vor dem Zielwert bekannt?',
  '“{1}” lies after the time of its row in {2} of {3} rows, first in row {4}.':
    '„{1}“ liegt in {2} von {3} Zeilen nach der Zeit der Zeile, zuerst in Zeile {4}.',
  '{1} of {2} test rows ({3} %) are among the training rows, so the test is partly a repetition.':
    '{1} von {2} Testzeilen ({3} %) sind unter den Trainingszeilen; der Test ist also zum Teil eine Wiederholung.',
  'The stream is closing.': 'Der Datenstrom wird geschlossen.',
  'The log has no segment.': 'Das Protokoll hat kein Segment.',
  'Another process is writing to the stream in {1}.': 'Ein anderer Prozess schreibt in den Datenstrom in {1}.',
  'Send the events to that process, or end it.': 'Sende die Ereignisse an diesen Prozess, oder beende ihn.',
  'native.bin is not a forest: its task is unknown.': 'native.bin ist kein Wald: seine Aufgabe ist unbekannt.',
  'There is 1 row: at least 2 are needed.': 'Es gibt 1 Zeile: mindestens 2 werden gebraucht.',
  'There are no rows: at least 2 are needed.': 'Es gibt keine Zeilen: mindestens 2 werden gebraucht.',
  'The tree kernels cannot be compiled: {1}': 'Der Code für Bäume lässt sich nicht übersetzen: {1}',
  'Install the packages with npm ci, or build once with npm run build.':
    'Installiere die Pakete mit npm ci, oder baue einmal mit npm run build.',
  'Training needs more than {1} GiB for its binned data.':
    'Das Training braucht mehr als {1} GiB für seine eingeteilten Daten.',
  'Train on fewer rows (a sample in an SQL step) or fewer columns.':
    'Trainiere auf weniger Zeilen (eine Stichprobe in einem SQL-Schritt) oder weniger Spalten.',
  'it does not start as one': 'es beginnt nicht als eines',
  'its task is unknown': 'seine Aufgabe ist unbekannt',
  'its link is unknown': 'seine Verknüpfung ist unbekannt',
  'it is longer than its trees': 'es ist länger als seine Bäume',
  'a tree is malformed': 'ein Baum ist fehlerhaft',
  'it ends early': 'es endet zu früh',
  'native.bin is not a tree model: {1*}.': 'native.bin ist kein Baummodell: {1}.',
  'There are no rows to train on.': 'Es gibt keine Zeilen zum Trainieren.',
  'The label has values beyond ±{1}, which float32 scores cannot hold.':
    'Die Zielspalte hat Werte jenseits von ±{1}, die float32 nicht fassen kann.',
  'The Poisson loss needs counts: 0 or more, and not all 0.':
    'Der Poisson-Verlust braucht Anzahlen: 0 oder mehr, und nicht alle 0.',
  'Ranking needs a relevance: a whole number from 0 to {1}.':
    'Eine Rangfolge braucht eine Relevanz: eine ganze Zahl von 0 bis {1}.',
  'Turn the label into grades of relevance in an SQL step.':
    'Mache aus den Zielwerten in einem SQL-Schritt Stufen der Relevanz.',
  'That the Python model may be loaded cannot be noted in {1}.':
    'Dass das Python-Modell geladen werden darf, lässt sich nicht in {1} festhalten.',
  'Make the folder writable, or name another in SLIPWAY_TRUST_DIR.':
    'Mache den Ordner schreibbar, oder nenne einen anderen in SLIPWAY_TRUST_DIR.',
  '{1}{2} is a Python object ({3}) that was not trained here: to load it runs the code in it with {4}.':
    '{1}{2} ist ein Python-Objekt ({3}), das nicht hier trainiert wurde: es zu laden, führt den Code darin mit {4} aus.',
  '{1} of {2} is not the file that was trained.': '{1} von {2} ist nicht die Datei, die trainiert wurde.',
  'the packages of {1}, or its version, are not those of the training: answers may differ.':
    'die Pakete von {1}, oder seine Version, sind nicht die des Trainings: Antworten können abweichen.',
  'Python cannot load {1} ({2}): {3}': 'Python kann {1} nicht laden ({2}): {3}',
  'Train the model again, or look at what the log says.':
    'Trainiere das Modell noch einmal, oder sieh nach, was das Protokoll sagt.',
  'Give {1} the packages of the training again, or train the model again.':
    'Gib {1} wieder die Pakete des Trainings, oder trainiere das Modell noch einmal.',
  '{1} runs in {2} (Python {3}), which does not start here.': '{1} läuft in {2} (Python {3}), das hier nicht startet.',
  'Make that environment again at the same place, or train the model again with another.':
    'Lege diese Umgebung am selben Ort wieder an, oder trainiere das Modell mit einer anderen noch einmal.',
  'The features give no matrix.': 'Die Merkmale geben keine Matrix.',
  'the probe': 'die Probe',
  'If you know where it comes from: slipway models trust NAME/VERSION (or its folder). Else train it here, with slipway run --force.':
    'Wenn du weißt, woher es kommt: slipway models trust NAME/VERSION (oder sein Ordner). Sonst trainiere es hier, mit slipway run --force.',
};
