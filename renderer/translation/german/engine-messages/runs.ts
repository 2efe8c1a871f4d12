/** What the engine says about runs, retraining and trust: its English, and the German of it with the same slots. */
export const runMessages: Readonly<Record<string, string>> = {
  'The table cannot be read': 'Die Tabelle ist nicht lesbar',
  'This step reaches outside and is not looked at before the graph is trusted.':
    'Dieser Schritt greift nach außen und wird nicht angesehen, bevor dem Graphen vertraut wird.',
  'Check what it does, then trust the graph.': 'Prüfe, was er tut, dann vertraue dem Graphen.',
  'Version {1} of {2} came in at step {3} ({4} rows).': 'Version {1} von {2} kam bei Schritt {3} herein ({4} Zeilen).',
  'Step {1} ran again: {2}.': 'Schritt {1} lief noch einmal: {2}.',
  'Version {1} of the model of {2} is not in the registry and store.':
    'Version {1} des Modells von {2} ist nicht in Registrierung und Speicher.',
  'Run the graph again, or choose another version.':
    'Führe den Graphen noch einmal aus, oder wähle eine andere Version.',
  'No step is both below "{1}" and above "{2}".': 'Kein Schritt ist zugleich unter "{1}" und über "{2}".',
  'Run from a node that the other one needs.': 'Führe ab einem Knoten aus, den der andere braucht.',
  'The run was cancelled.': 'Der Lauf wurde abgebrochen.',
  'The engine is closing.': 'Die Engine wird beendet.',
  'The plan has no step "{1}".': 'Der Plan hat keinen Schritt "{1}".',
  'Its steps are {1}.': 'Seine Schritte sind {1}.',
  'The plan lists "{1}" before what it needs.': 'Der Plan nennt "{1}" vor dem, was es braucht.',
  'Step "{1}" needs the result of "{2}", which is not in {3}.':
    'Der Schritt "{1}" braucht das Ergebnis von "{2}", das nicht in {3} ist.',
  'Run step "{1}" of the same plan first.': 'Führe erst den Schritt "{1}" desselben Plans aus.',
  'Step "{1}" was not reached.': 'Der Schritt "{1}" wurde nicht erreicht.',
  '{1} GiB': '{1} GiB',
  '"{1}" is expected to need {2*} of memory; this machine has {3*} for steps.':
    '"{1}" braucht voraussichtlich {2} Arbeitsspeicher; diese Maschine hat {3} für Schritte.',
  'Give it fewer rows or columns, or run it on a larger machine; set "resources" of the node where the estimate is wrong.':
    'Gib ihm weniger Zeilen oder Spalten, oder führe ihn auf einer größeren Maschine aus; setze "resources" des Knotens, wo die Schätzung falsch ist.',
  'a graphics processor': 'einen Grafikprozessor',
  '{1} graphics processors': '{1} Grafikprozessoren',
  '{1*}; none works on this machine': '{1}; auf dieser Maschine geht keiner',
  '{1*}; none work on this machine': '{1}; auf dieser Maschine geht keiner',
  '{1*}; {2} works on this machine': '{1}; auf dieser Maschine geht {2}',
  '{1*}; {2} work on this machine': '{1}; auf dieser Maschine gehen {2}',
  '"{1}" asks for {2*}.': '"{1}" verlangt {2}.',
  'Set its device to auto or cpu, or run it on a machine or cluster that has one; the Devices screen tells what works here.':
    'Setze das Gerät auf auto oder cpu, oder führe es auf einer Maschine oder einem Cluster mit einem aus; die Seite „Geräte“ sagt, was hier geht.',
  'The graph has no step to run.': 'Der Graph hat keinen Schritt, der laufen könnte.',
  'Add a data node and what follows it.': 'Füge einen Datenknoten hinzu, und was ihm folgt.',
  ' (and {1} more)': ' (und {1} weitere)',
  'Nothing of the graph can run: {1}{2*}': 'Nichts vom Graphen kann laufen: {1}{2}',
  '"{1}" cannot run: {2}': '"{1}" kann nicht laufen: {2}',
  'Correct the problems that slipway validate lists.': 'Behebe die Probleme, die slipway validate nennt.',
  'The graph has no step "{1}".': 'Der Graph hat keinen Schritt "{1}".',
  'There is no node "{1}" to set a parameter of.':
    'Es gibt keinen Knoten "{1}", dessen Einstellung gesetzt werden könnte.',
  'Write NODE.PARAM=VALUE; the nodes are {1}.': 'Schreibe NODE.PARAM=VALUE; die Knoten sind {1}.',
  'An input of "{1}" has no output to come from.': 'Ein Eingang von "{1}" hat keinen Ausgang, von dem er käme.',
  'its result was missing or damaged': 'sein Ergebnis fehlte oder war beschädigt',
  'needs {1}, which failed': 'braucht {1}, das gescheitert ist',
  'up to date': 'aktuell',
  'needs {1}': 'braucht {1}',
  'Attempt {1} failed: {2}': 'Versuch {1} ist gescheitert: {2}',
  'It waits for the graphics processor that another step uses.':
    'Er wartet auf den Grafikprozessor, den ein anderer Schritt nutzt.',
  'It asks for {1*}.': 'Er verlangt {1}.',
  'It is expected to need {1*} of memory; this machine has {2*} for steps.':
    'Er braucht voraussichtlich {1} Arbeitsspeicher; diese Maschine hat {2} für Schritte.',
  'The dataset version was not recorded: {1}': 'Die Version des Datensatzes wurde nicht festgehalten: {1}',
  'The experiment was not recorded: {1}': 'Das Experiment wurde nicht festgehalten: {1}',
  '"{1}" took longer than its limit of {2} ms.': '"{1}" dauerte länger als seine Grenze von {2} ms.',
  'Raise timeoutMs of the node, or give it less to do.': 'Erhöhe timeoutMs des Knotens, oder gib ihm weniger zu tun.',
  'There is no runner for {1}.': 'Für {1} gibt es nichts, das es ausführt.',
  '{1} gave no output "{2}".': '{1} gab keinen Ausgang "{2}".',
  'The graph has no feature view to bring online.':
    'Der Graph hat keine Merkmalssicht, die online gebracht werden könnte.',
  'Add a Feature view node.': 'Füge einen Knoten „Merkmalssicht“ hinzu.',
  'The view "{1}" could not be made: run {2} {3}.': 'Die Sicht "{1}" konnte nicht gemacht werden: Lauf {2} {3}.',
  'Open the run to see which step failed and why.':
    'Öffne den Lauf, um zu sehen, welcher Schritt gescheitert ist und warum.',
  'The service {1} was found and is not there.': 'Der Dienst {1} wurde gefunden und ist nicht da.',
  'SLIPWAY_GPUS is “{1}”, which is no number of graphics processors.':
    'SLIPWAY_GPUS ist „{1}“, was keine Zahl von Grafikprozessoren ist.',
  'Set it to a whole number, such as 1, or leave it out to use those that are found.':
    'Setze es auf eine ganze Zahl wie 1, oder lass es weg, um die gefundenen zu nutzen.',
  'The graph has no working endpoint "{1}".': 'Der Graph hat keinen laufenden Endpunkt "{1}".',
  'Connect a registered model to it and correct the problems of the graph.':
    'Verbinde ein eingetragenes Modell damit und behebe die Probleme des Graphen.',
  'The model of "{1}" is not in the store.': 'Das Modell von "{1}" ist nicht im Speicher.',
  'Run the graph again.': 'Führe den Graphen noch einmal aus.',
  'Version {1} of {2} waits for approval': 'Version {1} von {2} wartet auf Freigabe',
  'Version {1} of {2} was rejected': 'Version {1} von {2} wurde abgelehnt',
  '{1*}, and no other version is {2}: there is nothing to serve.':
    '{1}, und keine andere Version ist {2}: es gibt nichts zu betreiben.',
  'Approve it on the Models screen, or with slipway models approve {1} {2}.':
    'Gib sie auf der Seite „Modelle“ frei, oder mit slipway models approve {1} {2}.',
  '{1*}: version {2}, the {3}, is served.': '{1}: betrieben wird Version {2}, der {3}.',
  'The model of "{1}" could not be made: run {2} {3}.':
    'Das Modell von "{1}" konnte nicht gemacht werden: Lauf {2} {3}.',
  'Run {1} ended without a result.': 'Der Lauf {1} endete ohne Ergebnis.',
  'The graph file {1} is larger than 32 MiB.': 'Die Graphdatei {1} ist größer als 32 MiB.',
  'is a folder': 'ist ein Ordner',
  'is no file': 'ist keine Datei',
  'does not exist': 'gibt es nicht',
  'cannot be read ({1})': 'ist nicht lesbar ({1})',
  'The graph file {1} {2*}.': 'Die Graphdatei {1} {2}.',
  'Check the path, or list the samples with slipway templates list.':
    'Prüfe den Pfad, oder lass dir die Beispiele mit slipway templates list zeigen.',
  'Monitor "{1}" has nothing to watch: its endpoint is not up.':
    'Der Monitor "{1}" hat nichts zu beobachten: sein Endpunkt läuft nicht.',
  'Start the endpoint it is connected to.': 'Starte den Endpunkt, mit dem er verbunden ist.',
  '"{1}" is not at work: its endpoint is not up.': '"{1}" arbeitet nicht: sein Endpunkt läuft nicht.',
  'Inputs of {1} drift': 'Die Eingaben von {1} verschieben sich',
  'Inputs of {1} have changed at their source': 'Die Eingaben von {1} haben sich an ihrer Quelle geändert',
  'Estimated performance of {1} has dropped': 'Die geschätzte Güte von {1} ist gefallen',
  'The same inputs of {1} now mean something else': 'Dieselben Eingaben von {1} bedeuten jetzt etwas anderes',
  'Realized performance of {1} has dropped': 'Die gemessene Güte von {1} ist gefallen',
  'The labels of "{1}" could not be read: run {2} {3}.':
    'Die Zielwerte von "{1}" konnten nicht gelesen werden: Lauf {2} {3}.',
  '"{1}" is pinned to version {2} of its data, which is no longer stored.':
    '"{1}" ist auf Version {2} seiner Daten festgelegt, die nicht mehr gespeichert ist.',
  'Choose another version under Data, or unpin the node.':
    'Wähle unter „Daten“ eine andere Version, oder löse die Festlegung des Knotens.',
  'never run': 'nie gelaufen',
  'without the pin: {1}': 'ohne die Festlegung: {1}',
  'the same work was done before': 'dieselbe Arbeit wurde schon getan',
  'waits for {1}': 'wartet auf {1}',
  'its result is missing or damaged': 'sein Ergebnis fehlt oder ist beschädigt',
  'the engine stopped before it was done': 'die Engine endete, bevor es fertig war',
  'No Retrain node watches the endpoint "{1}".': 'Kein Knoten „Neu trainieren“ beobachtet den Endpunkt "{1}".',
  'Connect one to the endpoint.': 'Verbinde einen mit dem Endpunkt.',
  'The Retrain node "{1}" needs a Performance monitor at its endpoint.':
    'Der Knoten „Neu trainieren“ "{1}" braucht einen Monitor der Güte an seinem Endpunkt.',
  'Connect one to the endpoint and the report of its Evaluate node.':
    'Verbinde einen mit dem Endpunkt und mit dem Bericht seines Knotens „Auswerten“.',
  '{1} is no registered model.': '{1} ist kein eingetragenes Modell.',
  'No replica of the endpoint took the challenger.': 'Keine Replik des Endpunkts hat den Challenger genommen.',
  'See whether its pods are up, and whether they reach the store.':
    'Sieh nach, ob seine Pods laufen und ob sie den Speicher erreichen.',
  'The graph has no endpoint “{1}”.': 'Der Graph hat keinen Endpunkt „{1}“.',
  'Name an Endpoint node with --node, or leave it out for the first one.':
    'Nenne einen Knoten „Endpunkt“ mit --node, oder lass es weg für den ersten.',
  'The graph has no endpoint that serves a registered model.':
    'Der Graph hat keinen Endpunkt, der ein eingetragenes Modell betreibt.',
  'Put a Register node before the endpoint.': 'Setze einen Knoten „Eintragen“ vor den Endpunkt.',
  '{1} is {2} ({3} → {4} on {5} rows)': '{1} ist {2} ({3} → {4} auf {5} Zeilen)',
  '{1} {2} → {3} on {4} rows (better by {5}, 95 % between {6} and {7}, p {8}).':
    '{1} {2} → {3} auf {4} Zeilen (besser um {5}, 95 % zwischen {6} und {7}, p {8}).',
  'Retraining because of {1}.': 'Neues Training wegen {1}.',
  'The labelled rows cannot be trained on: {1}.': 'Auf den Zeilen mit Zielwert kann nicht trainiert werden: {1}.',
  '{1} The champion stays.': '{1} Der Champion bleibt.',
  'Run {1} trains on {2} labelled requests.': 'Der Lauf {1} trainiert auf {2} Anfragen mit Zielwert.',
  'Version {1} is the challenger.': 'Version {1} ist der Challenger.',
  'The challenger is not surely better: the champion stays.':
    'Der Challenger ist nicht sicher besser: der Champion bleibt.',
  'The challenger is likely worse: the champion stays.': 'Der Challenger ist wohl schlechter: der Champion bleibt.',
  'The challenger is better over all rows but surely worse where {1*}: the champion stays.':
    'Der Challenger ist über alle Zeilen besser, aber sicher schlechter, wo {1}: der Champion bleibt.',
  "Version {1} waits for a person's approval.": 'Version {1} wartet auf die Freigabe durch eine Person.',
  'The challenger was not approved: the champion stays.':
    'Der Challenger wurde nicht freigegeben: der Champion bleibt.',
  'The challenger was approved.': 'Der Challenger wurde freigegeben.',
  'Version {1} is live.': 'Version {1} ist im Betrieb.',
  'The challenger gets copies of all requests.': 'Der Challenger bekommt Kopien aller Anfragen.',
  'The challenger answers {1} % of the requests.': 'Der Challenger beantwortet {1} % der Anfragen.',
  'The challenger was taken back: {1}.': 'Der Challenger wurde zurückgenommen: {1}.',
  'The model before it would have been better: {1*}': 'Das Modell davor wäre besser gewesen: {1}',
  'The new model holds on {1} of its own requests.': 'Das neue Modell bewährt sich auf {1} seiner eigenen Anfragen.',
  'The model that was promoted last is live again.': 'Das zuletzt eingeführte Modell ist wieder im Betrieb.',
  'there is no Register node before the endpoint': 'vor dem Endpunkt ist kein Knoten „Eintragen“',
  'the Register node has no report': 'der Knoten „Eintragen“ hat keinen Bericht',
  'no step learns from a table': 'kein Schritt lernt aus einer Tabelle',
  'its steps learn from several tables ({1})': 'seine Schritte lernen aus mehreren Tabellen ({1})',
  'the Evaluate node has no table': 'der Knoten „Auswerten“ hat keine Tabelle',
  'The graph cannot be retrained: {1*}.': 'Der Graph kann nicht neu trainiert werden: {1}.',
  'Run {1} {2}.': 'Lauf {1} {2}.',
  'The model {1} is not in the store.': 'Das Modell {1} ist nicht im Speicher.',
  'The new model knows other classes than the one that is served.':
    'Das neue Modell kennt andere Klassen als das betriebene.',
  'This retraining does not wait for a decision.': 'Dieses Training wartet nicht auf eine Entscheidung.',
  'Look at the newest events of the loop.': 'Sieh dir die neuesten Ereignisse der Schleife an.',
  'There is no run {1}.': 'Es gibt keinen Lauf {1}.',
  'See slipway runs for what there is.': 'slipway runs zeigt, was es gibt.',
  'The secret {1} is not set.': 'Das Geheimnis {1} ist nicht gesetzt.',
  'Set the environment variable {1} before starting Slipway.':
    'Setze die Umgebungsvariable {1}, bevor Slipway startet.',
  '“{1}” is no address of a broker.': '„{1}“ ist keine Adresse eines Brokers.',
  'Write it as {1}://HOST:PORT.': 'Schreibe sie als {1}://HOST:PORT.',
  'There is no template "{1}".': 'Es gibt keine Vorlage "{1}".',
  'The step ran out of memory and its process ended.':
    'Dem Schritt ging der Arbeitsspeicher aus, und sein Prozess endete.',
  'Use fewer rows or columns, or run on a machine with more memory.':
    'Nimm weniger Zeilen oder Spalten, oder eine Maschine mit mehr Arbeitsspeicher.',
  'The system ended the step because memory ran out.':
    'Das System hat den Schritt beendet, weil der Arbeitsspeicher ausging.',
  'crashed in native code': 'ist in nativem Code abgestürzt',
  'met an instruction this processor does not have': 'traf auf einen Befehl, den dieser Prozessor nicht hat',
  'crashed in native arithmetic': 'ist in nativer Arithmetik abgestürzt',
  'gave up in native code': 'hat in nativem Code aufgegeben',
  'was killed from outside': 'wurde von außen abgeschossen',
  'was ended from outside': 'wurde von außen beendet',
  'was ended by a signal': 'wurde von einem Signal beendet',
  'ended unexpectedly with exit code {1}': 'endete unerwartet mit dem Code {1}',
  'The process of the step {1*}.': 'Der Prozess des Schritts {1}.',
  'Run again: finished steps are kept. If it happens again, see the step log for its last words.':
    'Führe es noch einmal aus: fertige Schritte bleiben. Geschieht es wieder, sieh im Protokoll des Schritts nach seinen letzten Worten.',
  'The step ran out of memory.': 'Dem Schritt ging der Arbeitsspeicher aus.',
  'Inputs look as before: what they mean has changed, so only rows with new labels help.':
    'Die Eingaben sehen aus wie zuvor: was sie bedeuten, hat sich geändert; also helfen nur Zeilen mit neuen Zielwerten.',
  'Inputs drift at the same time (data drift).': 'Zur gleichen Zeit verschieben sich die Eingaben (Datendrift).',
  'Inputs look as before (concept drift).': 'Die Eingaben sehen aus wie zuvor (Konzeptdrift).',
  'reads a file outside the graph’s folder ({1})': 'liest eine Datei außerhalb des Ordners des Graphen ({1})',
  run: 'nicht laufen',
  'Trust the graph, or run up to a step before that.':
    'Vertraue dem Graphen, oder führe ihn bis zu einem Schritt davor aus.',
  'Trust the graph first.': 'Vertraue erst dem Graphen.',
  'reads from a web address': 'liest von einer Webadresse',
  'connects to a database server': 'verbindet sich mit einem Datenbankserver',
  'runs a Python script, which may run code of any kind':
    'führt ein Python-Skript aus, das beliebigen Code ausführen kann',
  'reads events sent to this engine': 'liest Ereignisse, die an diese Engine gesendet werden',
  'reads from an object storage': 'liest aus einem Objektspeicher',
  'writes into an object storage': 'schreibt in einen Objektspeicher',
  'writes a file': 'schreibt eine Datei',
  'writes into a database server': 'schreibt in einen Datenbankserver',
  'writes into a database file': 'schreibt in eine Datenbankdatei',
  'trains again and promotes models by itself': 'trainiert neu und führt Modelle von selbst ein',
  'opens a port that answers requests': 'öffnet einen Port, der Anfragen beantwortet',
  'changes the models registered here, which endpoints may serve':
    'ändert die hier eingetragenen Modelle, die Endpunkte betreiben können',
  'is given the secret {1}': 'bekommt das Geheimnis {1}',
  'sends alerts to {1}': 'sendet Alarme an {1}',
  'reads from the network ({1})': 'liest aus dem Netz ({1})',
  'runs {1}, which may run code': 'führt {1} aus, was Code ausführen kann',
  'Run the step to see its features.': 'Führe den Schritt aus, um seine Merkmale zu sehen.',
  'This graph comes from elsewhere and is not trusted to {1*}.':
    'Dieser Graph kommt von anderswo, und ohne Vertrauen darf er {1}.',
  'This graph comes from elsewhere and is not trusted to {1*}: “{2}” {3}.':
    'Dieser Graph kommt von anderswo, und ohne Vertrauen darf er {1}: „{2}“ {3}.',
  'The database gave no list of tables within {1} s.':
    'Die Datenbank gab innerhalb von {1} s keine Liste von Tabellen.',
  'This is version {1}, which {2} rejected: the champion stays.':
    'Das ist Version {1}, die {2} abgelehnt hat: der Champion bleibt.',
};
