/** What the engine says about trainers, their reports and what steps share: its English, and the German of it with the same slots. */
export const trainingMessages: Readonly<Record<string, string>> = {
  'always {1}': 'immer {1}',
  '{1}: scores from “{2}” ({3}).': '{1}: Werte aus „{2}“ ({3}).',
  '{1} (operator set {2}) cannot be joined with the feature steps.':
    '{1} (Operatorsatz {2}) lässt sich nicht mit den Merkmalsschritten verbinden.',
  'Convert it to operator set {1}, e.g. with onnx.version_converter, or export it anew.':
    'Wandle es in Operatorsatz {1} um, etwa mit onnx.version_converter, oder exportiere es neu.',
  'an address that starts with http:// or https://, without user and password, or mqtt://HOST/TOPIC':
    'eine Adresse, die mit http:// oder https:// beginnt, ohne Benutzer und Passwort, oder mqtt://HOST/TOPIC',
  'addresses such as ops@example.com, with commas between': 'Adressen wie ops@example.com, mit Kommas dazwischen',
  'The expression is empty.': 'Der Ausdruck ist leer.',
  'Write one, such as confidence < 0.9.': 'Schreibe einen, etwa confidence < 0.9.',
  'The expression names no column and no score.': 'Der Ausdruck nennt keine Spalte und keinen Wert der Antwort.',
  'Name a column, or {1}.': 'Nenne eine Spalte oder {1}.',
  'There is no column “{1}”.': 'Es gibt keine Spalte „{1}“.',
  'Name a column of the model, or {1}.': 'Nenne eine Spalte des Modells oder {1}.',
  'At character {1}: {2}': 'Beim Zeichen {1}: {2}',
  '“{1}” is both a column and a part of the answer.': '„{1}“ ist sowohl eine Spalte als auch ein Teil der Antwort.',
  'This model has no “{1}”: it is a regression.': 'Dieses Modell hat kein „{1}“: es ist eine Regression.',
  'This model has no “{1}”: it is a classifier with {2} classes.':
    'Dieses Modell hat kein „{1}“: es ist ein Klassifikator mit {2} Klassen.',
  'No model takes a column “{1}”.': 'Kein Modell nimmt eine Spalte „{1}“.',
  '“{1}” is a {2}, which an expression cannot read.': '„{1}“ ist {2}, was ein Ausdruck nicht lesen kann.',
  'The expression gives text.': 'Der Ausdruck gibt Text.',
  'Correct the expression.': 'Berichtige den Ausdruck.',
  'Rename the column in an SQL step, e.g. "{1}" AS {2}_in.':
    'Benenne die Spalte in einem SQL-Schritt um, etwa "{1}" AS {2}_in.',
  'Use {1}.': 'Nimm {1}.',
  'Use a column that a model learns from: {1}.': 'Nimm eine Spalte, aus der ein Modell lernt: {1}.',
  'Use a number or a text.': 'Nimm eine Zahl oder einen Text.',
  'A number or a condition is needed.': 'Gebraucht wird eine Zahl oder eine Bedingung.',
  'The answer has no {1}.': 'Die Antwort hat kein {1}.',
  'Set table or query.': 'Setze table oder query.',
  'Refresh is set to the probe query, but there is none.':
    '„Neu lesen“ ist auf die Prüfabfrage gesetzt, aber es gibt keine.',
  'Set probeQuery, or let refresh be always or never.': 'Setze probeQuery, oder refresh auf always oder never.',
  'The result has two columns named “{1}”.': 'Das Ergebnis hat zwei Spalten namens „{1}“.',
  'Rename one with AS.': 'Benenne eine mit AS um.',
  'The query gives no rows.': 'Die Abfrage gibt keine Zeilen.',
  'Choose another table, or change the query.': 'Wähle eine andere Tabelle oder ändere die Abfrage.',
  'The step has no input.': 'Der Schritt hat keinen Eingang.',
  'The step would learn from held-out rows ({1}).': 'Der Schritt würde aus zurückgehaltenen Zeilen lernen ({1}).',
  'Connect the training rows; held-out rows pass through the fitted pipeline when the model is evaluated.':
    'Verbinde die Trainingszeilen; zurückgehaltene Zeilen gehen beim Auswerten des Modells durch die gelernten Merkmalsschritte.',
  'The table that the features were fitted on is no longer in the store.':
    'Die Tabelle, aus der die Merkmale gelernt wurden, ist nicht mehr im Speicher.',
  'Run the steps before this one again.': 'Führe die Schritte vor diesem noch einmal aus.',
  'No value carries “{1}”.': 'Kein Wert trägt „{1}“.',
  '“{1}” is not a column of a table.': '„{1}“ ist keine Spalte einer Tabelle.',
  'Column “{1}” has no encoding.': 'Die Spalte „{1}“ hat keine Kodierung.',
  'Out-of-bag R²: {1}.': 'Out-of-bag-R²: {1}.',
  'Out-of-bag accuracy: {1}.': 'Out-of-bag-Genauigkeit: {1}.',
  'The objective “poisson” is of a regression, and the label has classes.':
    'Das Ziel „poisson“ gehört zu einer Regression, und die Zielspalte hat Klassen.',
  'Set the task to regression, or the objective to auto.': 'Setze die Aufgabe auf Regression oder das Ziel auf auto.',
  'Converged after {1} iterations.': 'Nach {1} Iterationen konvergiert.',
  'The solver did not converge in {1} iterations. Raise “maxIterations”, or set L2 above 0: without a penalty the coefficients of separable classes grow without end.':
    'Das Verfahren ist in {1} Iterationen nicht konvergiert. Erhöhe „maxIterations“ oder setze L2 über 0: ohne Strafe wachsen die Koeffizienten trennbarer Klassen ohne Ende.',
  'Some columns are constant or follow from others; a small ridge was added to solve.':
    'Einige Spalten sind konstant oder folgen aus anderen; zum Lösen wurde eine kleine Strafe (Ridge) hinzugefügt.',
  '{1} of {2} coefficients are not 0.': '{1} von {2} Koeffizienten sind nicht 0.',
  'Ran on {1}: {2}': 'Lief auf {1}: {2}',
  'Kept the weights of epoch {1} of {2}.': 'Die Gewichte der Epoche {1} von {2} wurden behalten.',
  'Endpoints went first on the device: training waited {1} s for them.':
    'Endpunkte hatten auf dem Gerät Vorrang: das Training hat {1} s auf sie gewartet.',
  'Batch normalisation needs batches of at least 2 rows.':
    'Batch-Normalisierung braucht Stapel von mindestens 2 Zeilen.',
  'Set batchSize to 16 or more, or turn batchNorm off.':
    'Setze batchSize auf 16 oder mehr, oder schalte batchNorm aus.',
  'Turn batchNorm off, or train on more rows.': 'Schalte batchNorm aus oder trainiere auf mehr Zeilen.',
  'Ranking needs the column that says which rows belong to one query.':
    'Eine Rangfolge braucht die Spalte, die sagt, welche Zeilen zu einer Anfrage gehören.',
  'Choose it as “group”.': 'Wähle sie als „group“.',
  '“{1}” cannot be constrained: there is no such feature.':
    '„{1}“ kann nicht beschränkt werden: ein solches Merkmal gibt es nicht.',
  '“{1}” cannot be constrained: it is not one number.': '„{1}“ kann nicht beschränkt werden: es ist nicht eine Zahl.',
  '“{1}” cannot be constrained: it is listed twice.': '„{1}“ kann nicht beschränkt werden: es steht zweimal da.',
  'Choose one of the features.': 'Wähle eines der Merkmale.',
  'Constrain numeric features only.': 'Beschränke nur Merkmale, die Zahlen sind.',
  'List it once.': 'Nenne es einmal.',
  'The objective “{1}” is of a regression, and the label has classes.':
    'Das Ziel „{1}“ gehört zu einer Regression, und die Zielspalte hat Klassen.',
  'Constraints need one score, and there is one per class.':
    'Beschränkungen brauchen einen Wert, und es gibt einen je Klasse.',
  'Quantiles of leaves would break the constraints.': 'Quantile der Blätter brächen die Beschränkungen.',
  'Take the constraints out.': 'Nimm die Beschränkungen heraus.',
  'No split improves the loss: the model is a constant. Look at the features, or lower “minRowsPerLeaf”.':
    'Keine Teilung verbessert den Verlust: das Modell ist konstant. Sieh dir die Merkmale an oder senke „minRowsPerLeaf“.',
  'Kept {1} of {2} iterations: the validation loss was lowest there.':
    '{1} von {2} Iterationen behalten: dort war der Verlust auf den Validierungszeilen am kleinsten.',
  'Stopped after {1} of {2} iterations: no split improves the loss any more.':
    'Nach {1} von {2} Iterationen aufgehört: keine Teilung verbessert den Verlust mehr.',
  '{1} rows cannot be divided into {2} folds.': '{1} Zeilen lassen sich nicht in {2} Teile teilen.',
  'Ask for fewer folds, at least 2, or give more rows.': 'Verlange weniger Teile, mindestens 2, oder gib mehr Zeilen.',
  'There are {1} groups, too few for {2} folds.': 'Es gibt {1} Gruppen, zu wenige für {2} Teile.',
  'Ask for fewer folds, or choose a column with more groups.':
    'Verlange weniger Teile oder wähle eine Spalte mit mehr Gruppen.',
  'The time of row {1} is missing.': 'Die Zeit der Zeile {1} fehlt.',
  'Drop rows without a time before the features, or divide the rows in another way.':
    'Lass Zeilen ohne Zeit vor den Merkmalen weg, oder teile die Zeilen auf andere Art.',
  'Fold {1} of {2} has no rows to learn from or to measure on.':
    'Teil {1} von {2} hat keine Zeilen zum Lernen oder zum Messen.',
  'Ask for fewer folds, a smaller gap, or rows of more different times.':
    'Verlange weniger Teile, eine kleinere Lücke, oder Zeilen mit mehr verschiedenen Zeiten.',
  'Choose one of: {1}.': 'Wähle eines von: {1}.',
  '{1} channels': '{1} Kanäle',
  '{1} × {2} × columns': '{1} × {2} × Spalten',
  'The feature “{1}” has {2} values per row, which are no sequence of {3*}.':
    'Das Merkmal „{1}“ hat {2} Werte je Zeile; das ist keine Folge von {3}.',
  'The feature “{1}” has {2} values per row, which are no image of {3*}.':
    'Das Merkmal „{1}“ hat {2} Werte je Zeile; das ist kein Bild von {3}.',
  'Set channels and height to those of the data.': 'Setze channels und height auf die der Daten.',
  ' ({1} of them NaN or infinite)': ' ({1} davon NaN oder unendlich)',
  '{1} of {2} rows have no usable “{3}”{4*} and are left out.':
    '{1} von {2} Zeilen haben kein brauchbares „{3}“{4} und werden weggelassen.',
  'The label “{1}” is also one of the columns the features use.':
    'Die Zielspalte „{1}“ ist auch eine der Spalten, die die Merkmale nutzen.',
  'Choose a number, a text or a true/false column, or cast it in an SQL step.':
    'Wähle eine Spalte mit Zahlen, Text oder wahr/falsch, oder wandle sie in einem SQL-Schritt um.',
  'Look at the filter or the split before this step.': 'Sieh dir den Filter oder das Aufteilen vor diesem Schritt an.',
  'All {1} values of the label “{2}” are missing, NaN or infinite.':
    'Alle {1} Werte der Zielspalte „{2}“ fehlen, sind NaN oder unendlich.',
  'All {1} values of the label “{2}” are missing.': 'Alle {1} Werte der Zielspalte „{2}“ fehlen.',
  'Choose another label, or look at the step that computes it.':
    'Wähle eine andere Zielspalte oder sieh dir den Schritt an, der sie berechnet.',
  'The label “{1}” has values beyond ±{2}, which float32 scores cannot hold.':
    'Die Zielspalte „{1}“ hat Werte jenseits von ±{2}, die float32 nicht fassen kann.',
  'Scale the label, or drop such rows, in an SQL step.':
    'Skaliere die Zielwerte oder lass solche Zeilen weg, in einem SQL-Schritt.',
  'The label “{1}” is text, which a regression cannot predict.':
    'Die Zielspalte „{1}“ ist Text, den eine Regression nicht vorhersagen kann.',
  'Set the task to multiclass, or choose a numeric label.':
    'Setze die Aufgabe auf mehrere Klassen, oder wähle eine Zielspalte mit Zahlen.',
  'The label “{1}” has fractional values, which are not classes.':
    'Die Zielspalte „{1}“ hat gebrochene Werte, die keine Klassen sind.',
  'Set the task to regression, or turn the label into classes in an SQL step.':
    'Setze die Aufgabe auf Regression, oder mache aus den Zielwerten Klassen in einem SQL-Schritt.',
  'Every row has the same “{1}”: there is nothing to tell apart.':
    'Jede Zeile hat dasselbe „{1}“: es gibt nichts zu unterscheiden.',
  'Check the filter before this step and the condition that makes the label.':
    'Prüfe den Filter vor diesem Schritt und die Bedingung, die die Zielwerte macht.',
  'The label “{1}” has {2} classes, not 2.': 'Die Zielspalte „{1}“ hat {2} Klassen, nicht 2.',
  'Set the task to multiclass, or turn the label into a yes/no condition in an SQL step.':
    'Setze die Aufgabe auf mehrere Klassen, oder mache in einem SQL-Schritt eine Ja/Nein-Bedingung daraus.',
  'The label “{1}” has {2} different values in {3} rows: too many for classes.':
    'Die Zielspalte „{1}“ hat {2} verschiedene Werte in {3} Zeilen: zu viele für Klassen.',
  'Choose a label with fewer values; this looks like an identifier.':
    'Wähle eine Zielspalte mit weniger Werten; diese sieht nach einer Kennung aus.',
  'Set the task to regression.': 'Setze die Aufgabe auf Regression.',
  '{1} rows with {2} feature columns need {3} GiB; there are {4}.':
    '{1} Zeilen mit {2} Merkmalsspalten brauchen {3} GiB; es gibt {4}.',
  'Encode categories with many values as ordinal codes or hashes, or train on a sample of the rows.':
    'Kodiere Kategorien mit vielen Werten als Ordnungszahlen oder Hashes, oder trainiere auf einer Stichprobe der Zeilen.',
  'No native scorer reads models of {1}.': 'Kein eigener Rechner liest Modelle von {1}.',
  'No keys of the storage are named.': 'Es sind keine Schlüssel des Speichers genannt.',
  'Name the secrets that hold the access key id and the secret access key.':
    'Nenne die Geheimnisse mit der Kennung des Schlüssels und dem geheimen Schlüssel.',
  'model.json of the model {1} cannot be read.': 'model.json des Modells {1} ist nicht lesbar.',
  'Train the model again with --force.': 'Trainiere das Modell noch einmal mit --force.',
  'The weight “{1}” of row {2} is missing.': 'Das Gewicht „{1}“ der Zeile {2} fehlt.',
  'The weight “{1}” of row {2} is {3}.': 'Das Gewicht „{1}“ der Zeile {2} ist {3}.',
  'Weights are numbers of 0 or more: fill or drop such rows in an SQL step.':
    'Gewichte sind Zahlen ab 0: fülle solche Zeilen in einem SQL-Schritt oder lass sie weg.',
  'Every row has the weight 0 in “{1}”: there is nothing to train on.':
    'Jede Zeile hat das Gewicht 0 in „{1}“: es gibt nichts zu lernen.',
  'Choose another weight column.': 'Wähle eine andere Gewichtsspalte.',
  '{1} of {2} rows have no query in “{3}”.': '{1} von {2} Zeilen haben keine Anfrage in „{3}“.',
  'Drop these rows before this step, or choose another column of queries.':
    'Lass diese Zeilen vor diesem Schritt weg, oder wähle eine andere Spalte der Anfragen.',
  '{1} has no parameter “{2}” to search.': '{1} hat keine Einstellung „{2}“, die gesucht werden könnte.',
  '“{1}” of {2} does not take {3} ({4}).': '„{1}“ von {2} nimmt {3} nicht ({4}).',
  '“{1}” is both fixed and searched.': '„{1}“ ist zugleich fest und gesucht.',
  'It has: {1}.': 'Es hat: {1}.',
  'Change the value.': 'Ändere den Wert.',
  'Take it out of one of the two.': 'Nimm es aus einem von beiden heraus.',
  'The key {1} comes {2} times.': 'Der Schlüssel {1} kommt {2} Mal vor.',
  'Deduplicate the rows first.': 'Entferne erst die Dubletten.',
  'The table {1} has no column {2}.': 'Die Tabelle {1} hat keine Spalte {2}.',
  'It has {1}: select and rename columns first.': 'Sie hat {1}: wähle und benenne die Spalten zuerst.',
  '{1} holds these rows already; nothing is written.': '{1} enthält diese Zeilen schon; nichts wird geschrieben.',
  'A column of the table is called “{1}”, which is reserved.':
    'Eine Spalte der Tabelle heißt „{1}“, was vorbehalten ist.',
  'Rename it in an SQL step.': 'Benenne sie in einem SQL-Schritt um.',
  'Input “left” is not connected.': 'Der Eingang „left“ ist nicht verbunden.',
  'Input “right” is not connected.': 'Der Eingang „right“ ist nicht verbunden.',
  '“{1}” is {2}, not true or false.': '„{1}“ ist {2}, nicht wahr oder falsch.',
  'The format of “{1}” cannot be told from its name.': 'Das Format von „{1}“ geht aus dem Namen nicht hervor.',
  'Arrow files are written without compression.': 'Arrow-Dateien werden ohne Kompression geschrieben.',
  'No table is named.': 'Es ist keine Tabelle genannt.',
  'slipway_writes is where Slipway notes what it wrote.':
    'In slipway_writes hält Slipway fest, was es geschrieben hat.',
  'Rows are inserted and updated by key, but no key is chosen.':
    'Zeilen werden nach dem Schlüssel eingefügt und geändert, aber es ist kein Schlüssel gewählt.',
  '“{1}” is not a number, as column “{2}” needs.': '„{1}“ ist keine Zahl, wie die Spalte „{2}“ sie braucht.',
  '“{1}” is not true or false, as column “{2}” needs.':
    '„{1}“ ist nicht wahr oder falsch, wie die Spalte „{2}“ es braucht.',
  '“{1}” is not a time in UTC such as 2001-05-01 or 2001-05-01T06:00, as column “{2}” needs.':
    '„{1}“ ist kein Zeitpunkt in UTC wie 2001-05-01 oder 2001-05-01T06:00, den die Spalte „{2}“ braucht.',
  'Choose a column of numbers, or cast it with Select columns.':
    'Wähle eine Spalte mit Zahlen oder wandle sie mit „Spalten wählen“ um.',
  'Choose a column of booleans.': 'Wähle eine Spalte mit wahr/falsch.',
  'Set compression to auto.': 'Setze compression auf auto.',
  'Set table.': 'Setze table.',
  'Choose another table.': 'Wähle eine andere Tabelle.',
  'Choose key columns.': 'Wähle Schlüsselspalten.',
  'Write a number.': 'Schreibe eine Zahl.',
  'Write true or false.': 'Schreibe true oder false.',
  'Write a time in UTC such as 2001-05-01 or 2001-05-01T06:00.':
    'Schreibe einen Zeitpunkt in UTC wie 2001-05-01 oder 2001-05-01T06:00.',
  'The trainer would learn from held-out rows ({1}).': 'Das Training würde aus zurückgehaltenen Zeilen lernen ({1}).',
  'Connect features of the training rows.': 'Verbinde Merkmale der Trainingszeilen.',
  'Computing features': 'Merkmale berechnen',
  'The training values of “{1}” are not those of the training table.':
    'Die Trainingswerte von „{1}“ sind nicht die der Trainingstabelle.',
  'Run the Target encoding step again with --force.': 'Führe den Schritt „Zielkodierung“ noch einmal mit --force aus.',
  'The table has a column “{1}” already.': 'Die Tabelle hat schon eine Spalte „{1}“.',
  'Choose another name for the new column.': 'Wähle einen anderen Namen für die neue Spalte.',
  'Score and flag have the same name.': 'Wert und Kennzeichen haben denselben Namen.',
  'Name them apart.': 'Gib ihnen verschiedene Namen.',
  'All rows have the same features: none is unusual.': 'Alle Zeilen haben dieselben Merkmale: keine ist ungewöhnlich.',
  'Look at the features, or at the filter before this step.':
    'Sieh dir die Merkmale an oder den Filter vor diesem Schritt.',
  '{1} of {2} rows have a score of {3} or more.': '{1} von {2} Zeilen haben einen Wert von {3} oder mehr.',
  'An input of the calibration is not connected.': 'Ein Eingang der Kalibrierung ist nicht verbunden.',
  '{1}: log loss {2} → {3}, calibration error {4} → {5} on {6} rows.':
    '{1}: Log-Verlust {2} → {3}, Kalibrierungsfehler {4} → {5} auf {6} Zeilen.',
  'The correction makes the log loss no smaller: the model is calibrated as it is, or the rows are few.':
    'Die Korrektur macht den Log-Verlust nicht kleiner: das Modell ist schon kalibriert, oder es sind wenige Zeilen.',
  'A regression has no probabilities to calibrate.': 'Eine Regression hat keine Wahrscheinlichkeiten zum Kalibrieren.',
  'The scores of {1} are no probabilities of a label.':
    'Die Werte von {1} sind keine Wahrscheinlichkeiten eines Zielwerts.',
  'The model is calibrated already.': 'Das Modell ist schon kalibriert.',
  'Connect a classifier.': 'Verbinde einen Klassifikator.',
  'Connect the model before it.': 'Verbinde das Modell davor.',
  'The predictions are of another model.': 'Die Vorhersagen sind von einem anderen Modell.',
  'Connect Cross-validate and Calibrate to the same trainer.':
    'Verbinde „Kreuzvalidieren“ und „Kalibrieren“ mit demselben Training.',
  'These are training rows: a model is too sure of what it has seen.':
    'Das sind Trainingszeilen: ein Modell ist sich zu sicher bei dem, was es gesehen hat.',
  'Connect rows of their own, or the predictions of a Cross-validate step behind the same model.':
    'Verbinde eigene Zeilen, oder die Vorhersagen eines Schritts „Kreuzvalidieren“ hinter demselben Modell.',
  '{1} rows are too few to calibrate on; {2} are needed.':
    '{1} Zeilen sind zu wenige zum Kalibrieren; {2} werden gebraucht.',
  'Give more rows, or the predictions of a Cross-validate step.':
    'Gib mehr Zeilen, oder die Vorhersagen eines Schritts „Kreuzvalidieren“.',
  'Every row to calibrate on has the same “{1}”.': 'Jede Zeile zum Kalibrieren hat dasselbe „{1}“.',
  'Give rows of every class.': 'Gib Zeilen jeder Klasse.',
  'All rows have the same features: there is nothing to tell apart.':
    'Alle Zeilen haben dieselben Merkmale: es gibt nichts zu unterscheiden.',
  'DBSCAN compares {1} of {2} rows; the others go to the nearest cluster.':
    'DBSCAN vergleicht {1} von {2} Zeilen; die anderen kommen zum nächsten Cluster.',
  '{1} clusters. Rows: {2}.': '{1} Cluster. Zeilen: {2}.',
  '{1} clusters, silhouette {2}. Rows: {3}.': '{1} Cluster, Silhouette {2}. Zeilen: {3}.',
  '{1} clusters of {2} rows: there are more clusters than rows.':
    '{1} Cluster aus {2} Zeilen: es sind mehr Cluster als Zeilen.',
  'Ask for fewer clusters.': 'Verlange weniger Cluster.',
  'No row has enough neighbours: everything is noise.': 'Keine Zeile hat genug Nachbarn: alles ist Rauschen.',
  'Raise the radius, or ask for fewer neighbours.': 'Vergrößere den Radius oder verlange weniger Nachbarn.',
  'must be odd': 'muss ungerade sein',
  'No column with the time is chosen.': 'Es ist keine Spalte mit der Zeit gewählt.',
  'No column with the group is chosen.': 'Es ist keine Spalte mit der Gruppe gewählt.',
  'Choose one.': 'Wähle eine.',
  'Column “{1}” is not in the training table.': 'Die Spalte „{1}“ ist nicht in der Trainingstabelle.',
  'The model is not connected.': 'Das Modell ist nicht verbunden.',
  'The model is calibrated; the folds measure its trainer without the calibration.':
    'Das Modell ist kalibriert; die Teile messen sein Training ohne die Kalibrierung.',
  'A model of {1} cannot be trained again on parts of its rows.':
    'Ein Modell von {1} lässt sich nicht auf Teilen seiner Zeilen neu trainieren.',
  'Connect boosted trees, a forest, a linear model, a network, or Search. A forecast has a backtest of its own.':
    'Verbinde verstärkte Bäume, einen Wald, ein lineares Modell, ein Netz oder eine Suche. Eine Prognose hat ihre eigene Rückrechnung.',
  'Folds by {1} need a column.': 'Teile nach {1} brauchen eine Spalte.',
  'The other model predicts something else: its classes are different.':
    'Das andere Modell sagt etwas anderes vorher: seine Klassen sind verschieden.',
  'Compare models of the same label.': 'Vergleiche Modelle derselben Zielspalte.',
  'must be 0 or at least 20': 'muss 0 oder mindestens 20 sein',
  'The held-out rows have no column “{1}” to compare groups by.':
    'Die zurückgehaltenen Zeilen haben keine Spalte „{1}“, nach der Gruppen verglichen werden.',
  'Choose a column of the evaluated table.': 'Wähle eine Spalte der ausgewerteten Tabelle.',
  'No held-out row has the class “{1}”.': 'Keine zurückgehaltene Zeile hat die Klasse „{1}“.',
  '{1} is not defined on these rows.': '{1} ist auf diesen Zeilen nicht definiert.',
  'The model has no output of scores.': 'Das Modell hat keinen Ausgang mit Werten.',
  'The native scorer and the model give different numbers of scores.':
    'Der eigene Rechner und das Modell geben verschieden viele Werte.',
  'The table to evaluate on has no rows.': 'Die Tabelle zum Auswerten hat keine Zeilen.',
  'None of the {1} rows to evaluate on has a value in the label column “{2}”.':
    'Keine der {1} Zeilen zum Auswerten hat einen Wert in der Zielspalte „{2}“.',
  'The table has no “{1}”, which the Clusters step writes.':
    'Die Tabelle hat kein „{1}“, das der Schritt „Cluster“ schreibt.',
  'The table has no “{1}”, which the Anomalies step writes.':
    'Die Tabelle hat kein „{1}“, das der Schritt „Anomalien“ schreibt.',
  'Connect the table that comes out of Clusters: evaluating such a model checks that serving gives the same.':
    'Verbinde die Tabelle, die aus „Cluster“ kommt: das Auswerten eines solchen Modells prüft, dass der Betrieb dasselbe gibt.',
  'Connect the table that comes out of Anomalies: evaluating such a model checks that serving gives the same.':
    'Verbinde die Tabelle, die aus „Anomalien“ kommt: das Auswerten eines solchen Modells prüft, dass der Betrieb dasselbe gibt.',
  'The table to evaluate on has no label column “{1}”.': 'Die Tabelle zum Auswerten hat keine Zielspalte „{1}“.',
  ' (did you mean {1}?)': ' (meintest du {1}?)',
  'Connect held-out rows that still have “{1}”{2*}.': 'Verbinde zurückgehaltene Zeilen, die „{1}“ noch haben{2}.',
  'The table to evaluate on has no column “{1}”, which the model needs.':
    'Die Tabelle zum Auswerten hat keine Spalte „{1}“, die das Modell braucht.',
  'Connect rows with the raw columns the features were fitted on{1*}.':
    'Verbinde Zeilen mit den rohen Spalten, aus denen die Merkmale gelernt wurden{1}.',
  'The label “{1}” has classes the model was not trained on: {2}{3*}, in {4} rows.':
    'Die Zielspalte „{1}“ hat Klassen, auf denen das Modell nicht trainiert wurde: {2}{3}, in {4} Zeilen.',
  'Split so that every class has training rows, or drop these rows before evaluating.':
    'Teile so auf, dass jede Klasse Trainingszeilen hat, oder lass diese Zeilen vor dem Auswerten weg.',
  'Ranking is not measured: the rows have no column “{1}” of queries.':
    'Die Rangfolge wird nicht gemessen: die Zeilen haben keine Spalte „{1}“ der Anfragen.',
  'Ranking is not measured: each query in “{1}” has one row, which has nothing to be ordered.':
    'Die Rangfolge wird nicht gemessen: jede Anfrage in „{1}“ hat eine Zeile, da gibt es nichts zu ordnen.',
  'Ranking is not measured: no query has a relevant row.':
    'Die Rangfolge wird nicht gemessen: keine Anfrage hat eine treffende Zeile.',
  '{1} rows without a label are left out.': '{1} Zeilen ohne Zielwert werden weggelassen.',
  '{1} rows that the forecast does not reach are left out.':
    '{1} Zeilen, bis zu denen die Prognose nicht reicht, werden weggelassen.',
  'None of the {1} rows to evaluate on is one that the forecast reaches.':
    'Bis zu keiner der {1} Zeilen zum Auswerten reicht die Prognose.',
  'Split by time before the forecast, and evaluate on at most {1} steps behind the last one that it knows.':
    'Teile vor der Prognose nach der Zeit, und werte auf höchstens {1} Schritten hinter dem letzten aus, den sie kennt.',
  'There is no row that both models have a prediction for.':
    'Es gibt keine Zeile, zu der beide Modelle eine Vorhersage haben.',
  'Compare forecasts that reach the same time.': 'Vergleiche Prognosen, die bis zur selben Zeit reichen.',
  '{1} series of {2} steps are more than the {3} forecasts that a step makes.':
    '{1} Reihen zu {2} Schritten sind mehr als die {3} Vorhersagen, die ein Schritt macht.',
  'Forecast fewer steps, or fewer series.': 'Sage weniger Schritte vorher, oder weniger Reihen.',
  'Values of “{1}” ({2}) are too large to be told apart as numbers.':
    'Werte von „{1}“ ({2}) sind zu groß, um sie als Zahlen zu unterscheiden.',
  'The model was trained without a label: the figures compare it with what Clusters wrote. They check serving, and say nothing about quality.':
    'Das Modell wurde ohne Zielspalte trainiert: die Zahlen vergleichen es mit dem, was „Cluster“ schrieb. Sie prüfen den Betrieb und sagen nichts über die Güte.',
  'The model was trained without a label: the figures compare it with what Anomalies wrote. They check serving, and say nothing about quality.':
    'Das Modell wurde ohne Zielspalte trainiert: die Zahlen vergleichen es mit dem, was „Anomalien“ schrieb. Sie prüfen den Betrieb und sagen nichts über die Güte.',
  'These are training rows: the figures say nothing about new data.':
    'Das sind Trainingszeilen: die Zahlen sagen nichts über neue Daten.',
  'The probabilities were calibrated on these very rows: their figures are a little too good.':
    'Die Wahrscheinlichkeiten wurden auf eben diesen Zeilen kalibriert: ihre Zahlen sind etwas zu gut.',
  'Parity failed: the served model differs from the trained one by {1} (tolerance {2}), with {3} other labels in {4} rows.':
    'Die Gleichheit ist nicht gegeben: das betriebene Modell weicht vom trainierten um {1} ab (Toleranz {2}), mit {3} anderen Zielwerten in {4} Zeilen.',
  'An input of the evaluation is not connected.': 'Ein Eingang der Auswertung ist nicht verbunden.',
  'There are fewer than 2 rows with a label to explain the model on.':
    'Es gibt weniger als 2 Zeilen mit Zielwert, um das Modell daran zu erklären.',
  '{1} rows have a label that the model does not know; they are left out.':
    '{1} Zeilen haben einen Zielwert, den das Modell nicht kennt; sie werden weggelassen.',
  'The model was trained without a label: importance is for what Clusters wrote.':
    'Das Modell wurde ohne Zielspalte trainiert: die Wichtigkeit gilt dem, was „Cluster“ schrieb.',
  'The model was trained without a label: importance is for what Anomalies wrote.':
    'Das Modell wurde ohne Zielspalte trainiert: die Wichtigkeit gilt dem, was „Anomalien“ schrieb.',
  'These are training rows: importance on held-out rows is smaller.':
    'Das sind Trainingszeilen: auf zurückgehaltenen ist die Wichtigkeit kleiner.',
  'The effect of “{1}” cannot be drawn: it is a tensor.':
    'Die Wirkung von „{1}“ lässt sich nicht zeichnen: es ist ein Tensor.',
  'Shuffling a column raises {1} by: {2}.': 'Eine Spalte zu mischen erhöht {1} um: {2}.',
  'An input of the explanation is not connected.': 'Ein Eingang der Erklärung ist nicht verbunden.',
  'The table has no column “{1}”, which is needed.': 'Die Tabelle hat keine Spalte „{1}“, die gebraucht wird.',
  'The model does not use a column “{1}”.': 'Das Modell nutzt keine Spalte „{1}“.',
  'Choose columns the model uses, such as {1}.': 'Wähle Spalten, die das Modell nutzt, etwa {1}.',
  'Connect held-out rows with the raw columns and the label.':
    'Verbinde zurückgehaltene Zeilen mit den rohen Spalten und der Zielspalte.',
  'The model has no class “{1}”.': 'Das Modell hat keine Klasse „{1}“.',
  'Choose one of {1}.': 'Wähle eine von {1}.',
  'No {1} column is chosen.': 'Es ist keine Spalte gewählt ({1}).',
  'Choose one of the columns.': 'Wähle eine der Spalten.',
  'The table is not connected.': 'Die Tabelle ist nicht verbunden.',
  '{1} rows share a time with others and were averaged.':
    '{1} Zeilen teilen ihre Zeit mit anderen und wurden gemittelt.',
  '{1} series, step {2}, season of {3} steps.': '{1} Reihen, Schritt {2}, Saison von {3} Schritten.',
  'Forecast by {1}.': 'Prognose mit {1}.',
  'Backtest of {1}': 'Rückrechnung von {1}',
  '{1}: scaled error {2} over {3} folds.': '{1}: skalierter Fehler {2} über {3} Teile.',
  'No series is long enough for a backtest: the forecast is untried and has no interval.':
    'Keine Reihe ist lang genug für eine Rückrechnung: die Prognose ist unerprobt und hat kein Intervall.',
  'Choose one of its columns.': 'Wähle eine ihrer Spalten.',
  'A forecast needs at least 2 rows with a time and a value.':
    'Eine Prognose braucht mindestens 2 Zeilen mit Zeit und Wert.',
  'Look at the filter before this step.': 'Sieh dir den Filter vor diesem Schritt an.',
  'The time “{1}” is {2}, and must be {3*}.': 'Die Zeit „{1}“ ist {2}, und muss {3} sein.',
  'The target “{1}” is {2}, and must be {3*}.': 'Das Ziel „{1}“ ist {2}, und muss {3} sein.',
  'The series “{1}” is {2}, and must be {3*}.': 'Die Reihe „{1}“ ist {2}, und muss {3} sein.',
  'a time, or a whole number such as a year': 'ein Zeitpunkt, oder eine ganze Zahl wie ein Jahr',
  'a text, a number or true/false': 'ein Text, eine Zahl oder wahr/falsch',
  'Cast it to text in an SQL step, e.g. CAST("{1}" AS VARCHAR) AS {2}.':
    'Wandle sie in einem SQL-Schritt in Text um, z. B. CAST("{1}" AS VARCHAR) AS {2}.',
  'Cast it in an SQL step.': 'Wandle sie in einem SQL-Schritt um.',
  'No series has two different times.': 'Keine Reihe hat zwei verschiedene Zeiten.',
  'Choose another time column, or another series column.':
    'Wähle eine andere Zeitspalte oder eine andere Reihenspalte.',
  'a month': 'ein Monat',
  'a quarter': 'ein Quartal',
  'a year': 'ein Jahr',
  '{1} day(s)': '{1} Tag(e)',
  '{1} hour(s)': '{1} Stunde(n)',
  'Of {1} even steps between first and last time, {2} have no value.':
    'Von {1} gleichen Schritten zwischen erster und letzter Zeit haben {2} keinen Wert.',
  'Aggregate the values to hours, days or months in an SQL step.':
    'Fasse die Werte in einem SQL-Schritt auf Stunden, Tage oder Monate zusammen.',
  '{1} of {2} steps have no value and were filled along a line.':
    '{1} von {2} Schritten haben keinen Wert und wurden entlang einer Linie gefüllt.',
  'An input of the gate is not connected.': 'Ein Eingang der Schwelle ist nicht verbunden.',
  'The report has no metric “{1}”.': 'Der Bericht hat keine Kennzahl „{1}“.',
  'Use one of: {1}.': 'Nimm eine von: {1}.',
  '{1} is {2}, below {3}.': '{1} ist {2}, unter {3}.',
  '{1} is {2}, above {3}.': '{1} ist {2}, über {3}.',
  'No file is chosen.': 'Es ist keine Datei gewählt.',
  'Choose an .onnx file.': 'Wähle eine .onnx-Datei.',
  '{1} has {2} MiB; models of up to {3} MiB can be taken.': '{1} hat {2} MiB; Modelle bis {3} MiB werden genommen.',
  'Quantise the model, or serve it by itself: slipway serve FILE.onnx.':
    'Quantisiere das Modell, oder betreibe es für sich: slipway serve FILE.onnx.',
  '{1} scores its classes in the order {2}; sorted, the labels are {3}.':
    '{1} ordnet seine Klassen in der Reihenfolge {2}; sortiert sind die Zielwerte {3}.',
  "Rename the labels in an SQL step so that they sort like the model's, e.g. “0 {1}”, “1 {2}”.":
    'Benenne die Zielwerte in einem SQL-Schritt so um, dass sie sich wie die des Modells sortieren, etwa „0 {1}“, „1 {2}“.',
  'There are {1} feature columns for {2} components.': 'Es gibt {1} Merkmalsspalten für {2} Komponenten.',
  'Ask for fewer components.': 'Verlange weniger Komponenten.',
  'Connect at most {1} columns.': 'Verbinde höchstens {1} Spalten.',
  '{1} components keep {2} % of the variance: {3}.': '{1} Komponenten behalten {2} % der Varianz: {3}.',
  'Set model in it.': 'Setze darin model.',
  'The model has {1} MiB as ONNX, more than 512.': 'Das Modell hat als ONNX {1} MiB, mehr als 512.',
  'Train a smaller model.': 'Trainiere ein kleineres Modell.',
  'The trees say something else than LightGBM did: they differ by {1}.':
    'Die Bäume sagen etwas anderes als LightGBM: sie weichen um {1} ab.',
  'Use a version of LightGBM from 4.0 on, or Boosted trees.':
    'Nutze eine Version von LightGBM ab 4.0, oder „Verstärkte Bäume“.',
  'The trees of LightGBM cannot be read: {1}': 'Die Bäume von LightGBM sind nicht lesbar: {1}',
  'Use a version of LightGBM from 4.0 on.': 'Nutze eine Version von LightGBM ab 4.0.',
  'Training on one machine, to compare': 'Training auf einer Maschine, zum Vergleich',
  'rmse on held-out rows: {1} on {2} workers, {3} on one machine.':
    'RMSE auf zurückgehaltenen Zeilen: {1} auf {2} Workern, {3} auf einer Maschine.',
  'logLoss on held-out rows: {1} on {2} workers, {3} on one machine.':
    'Log-Verlust auf zurückgehaltenen Zeilen: {1} auf {2} Workern, {3} auf einer Maschine.',
  'The table of items has no column “{1}”.': 'Die Tabelle der Artikel hat keine Spalte „{1}“.',
  'Choose a column of the items.': 'Wähle eine Spalte der Artikel.',
  'No column names the items.': 'Keine Spalte benennt die Artikel.',
  'Choose the column with their names.': 'Wähle die Spalte mit ihren Namen.',
  'Nothing says which items are alike.': 'Nichts sagt, welche Artikel sich ähneln.',
  'Choose columns of numbers, such as those of Principal components.':
    'Wähle Spalten mit Zahlen, etwa die von „Hauptkomponenten“.',
  'There are {1} items; at most {2} are compared with each request.':
    'Es gibt {1} Artikel; höchstens {2} werden mit jeder Anfrage verglichen.',
  'Keep the best known ones in a step before.': 'Behalte in einem Schritt davor die bekanntesten.',
  'The table of items has {1} rows: there is too little to recommend.':
    'Die Tabelle der Artikel hat {1} Zeilen: zu wenig zum Empfehlen.',
  'An item has no “{1}”.': 'Ein Artikel hat kein „{1}“.',
  'Filter such rows out before.': 'Filtere solche Zeilen vorher heraus.',
  'Two items are called “{1}”.': 'Zwei Artikel heißen „{1}“.',
  'Keep one row per item: put a Deduplicate step before.':
    'Behalte eine Zeile je Artikel: setze einen Schritt „Dubletten entfernen“ davor.',
  '“{1}” is missing or infinite for an item.': '„{1}“ fehlt bei einem Artikel oder ist unendlich.',
  'Impute it before, or leave the column out.': 'Fülle es vorher auf oder lass die Spalte weg.',
  'There are no items.': 'Es gibt keine Artikel.',
  'No value of “{1}” is among the nearest items of its row.':
    'Kein Wert von „{1}“ ist unter den nächsten Artikeln seiner Zeile.',
  'Check that its values are names of items, or raise the number of candidates.':
    'Prüfe, ob die Werte Namen von Artikeln sind, oder erhöhe die Zahl der Kandidaten.',
  'Weights: {1}. The item liked next is one of the {2} nearest of {3} in {4} % of {5} rows.':
    'Gewichte: {1}. Der als Nächstes gemochte Artikel ist bei {4} % von {5} Zeilen einer der {2} nächsten von {3}.',
  'There is no memory for a graph of {1} items: endpoints compare all of them.':
    'Für einen Graphen von {1} Artikeln fehlt der Arbeitsspeicher: Endpunkte vergleichen alle.',
  'finds {1} % of the ten nearest with {2} looked at': 'findet {1} % der zehn nächsten, wenn er {2} ansieht',
  'The graph of {1} items takes {2} MiB and {3*}.': 'Der Graph der {1} Artikel braucht {2} MiB und {3}.',
  '“{1}” is not a column of liked items.': '„{1}“ ist keine Spalte gemochter Artikel.',
  'Connect an Encode step with the method ordinal.': 'Verbinde einen Schritt „Kodieren“ mit dem Verfahren ordinal.',
  '{1} items are too few for {2} liked ones.': '{1} Artikel sind zu wenige für {2} gemochte.',
  'Look at the filter of the items, or connect fewer columns of likes.':
    'Sieh dir den Filter der Artikel an, oder verbinde weniger Spalten mit Vorlieben.',
  'needs “min” or “max”': 'braucht „min“ oder „max“',
  'An input of the registration is not connected.': 'Ein Eingang der Eintragung ist nicht verbunden.',
  'The explanation is about another model than the one to register.':
    'Die Erklärung gilt einem anderen Modell als dem, das eingetragen wird.',
  'Connect Register and Explain to the same model.': 'Verbinde „Eintragen“ und „Erklären“ mit demselben Modell.',
  'The explanation is no report of an Explain step.': 'Die Erklärung ist kein Bericht eines Schritts „Erklären“.',
  'Connect the report of an Explain step.': 'Verbinde den Bericht eines Schritts „Erklären“.',
  'The report {1} cannot be read.': 'Der Bericht {1} ist nicht lesbar.',
  'Connect the report of an Evaluate step, and run it again with --force.':
    'Verbinde den Bericht eines Schritts „Auswerten“, und führe ihn noch einmal mit --force aus.',
  'The report is about another model than the one to register.':
    'Der Bericht gilt einem anderen Modell als dem, das eingetragen wird.',
  'Connect Register and Evaluate to the same trainer.': 'Verbinde „Eintragen“ und „Auswerten“ mit demselben Training.',
  'The report has no parity check.': 'Der Bericht hat keine Prüfung der Gleichheit.',
  'Run the Evaluate step again with --force.': 'Führe den Schritt „Auswerten“ noch einmal mit --force aus.',
  'The served model differs from the trained one on held-out rows: largest difference of a score {1} (tolerance {2}), {3} of {4} labels differ.':
    'Das betriebene Modell weicht auf zurückgehaltenen Zeilen vom trainierten ab: größter Unterschied {1} (Toleranz {2}), {3} von {4} Zielwerten weichen ab.',
  'Train again; if it fails again, look for a feature with very large values and scale it before the trainer.':
    'Trainiere noch einmal; scheitert es wieder, suche ein Merkmal mit sehr großen Werten und skaliere es vor dem Training.',
  'Gate passed: {1} is {2}.': 'Schwelle genommen: {1} ist {2}.',
  'Use one of: {1}. Gaps need the fairness column of Evaluate.':
    'Nimm eine von: {1}. Abstände brauchen die Fairness-Spalte von „Auswerten“.',
  'below the minimum {1}': 'unter dem Mindestwert {1}',
  'above the maximum {1}': 'über dem Höchstwert {1}',
  'The model is not registered: {1} is {2}, {3*}.': 'Das Modell wird nicht eingetragen: {1} ist {2}, {3}.',
  'Improve the model, or change the gate of the Register step.':
    'Verbessere das Modell, oder ändere die Schwelle des Schritts „Eintragen“.',
  'needs a min or a max': 'braucht min oder max',
  'None of {1} trials gave a value of “{2}”.': 'Keiner von {1} Versuchen gab einen Wert von „{2}“.',
  'Choose another metric, more validation rows, or smaller learning rates.':
    'Wähle eine andere Kennzahl, mehr Validierungszeilen oder kleinere Lernraten.',
  'One row cannot be both trained on and measured.':
    'Auf einer Zeile kann nicht zugleich trainiert und gemessen werden.',
  'Give the search more rows.': 'Gib der Suche mehr Zeilen.',
  'The space cannot be searched: {1}': 'Der Raum lässt sich nicht durchsuchen: {1}',
  'Change the parameter “space”.': 'Ändere die Einstellung „space“.',
  '“{1}” is not a metric of a {2} task.': '„{1}“ ist keine Kennzahl der Aufgabe {2}.',
  'Choose another metric, or “auto”.': 'Wähle eine andere Kennzahl oder „auto“.',
  'Goes on after {1} trials of the same search that were run before.':
    'Macht nach {1} Versuchen derselben Suche weiter, die früher liefen.',
  'Trial {1} is best: {2} {3} with {4}.': 'Versuch {1} ist der beste: {2} {3} mit {4}.',
  'No trial keeps the constraints; the one that misses them the least is taken.':
    'Kein Versuch hält die Bedingungen ein; genommen wird der, der sie am wenigsten verfehlt.',
  'Training the best on all rows': 'Der beste wird auf allen Zeilen trainiert',
  'The report at “earlier” is not one of a search.': 'Der Bericht an „earlier“ ist nicht der einer Suche.',
  'Connect the report of a Search step.': 'Verbinde den Bericht eines Schritts „Suche“.',
  'The rows from MySQL cannot be stored': 'Die Zeilen aus MySQL können nicht gespeichert werden',
  'The rows from PostgreSQL cannot be stored': 'Die Zeilen aus PostgreSQL können nicht gespeichert werden',
  'The step failed': 'Der Schritt ist gescheitert',
  'Cannot sample the training table': 'Aus der Trainingstabelle kann keine Stichprobe genommen werden',
  'The estimator has {1} MiB, more than 512.': 'Das Modell hat {1} MiB, mehr als 512.',
  '{1} has no ONNX form, so Python runs it wherever the model is used. {2}':
    '{1} hat keine ONNX-Form; also führt Python es aus, wo immer das Modell genutzt wird. {2}',
  '{1} has no predict_proba: its probabilities are 0 or 1.':
    '{1} hat kein predict_proba: seine Wahrscheinlichkeiten sind 0 oder 1.',
  '{1} cannot be run by Python from a file: {2}': '{1} kann Python nicht aus einer Datei ausführen: {2}',
  'Let predict answer from its arguments and what fit found alone, with one score or class number per row.':
    'Lass predict allein aus seinen Argumenten und dem antworten, was fit gelernt hat, mit einem Wert oder einer Klassennummer je Zeile.',
  'the feature pipeline': 'die Merkmalsschritte',
  'the other model': 'das andere Modell',
};
