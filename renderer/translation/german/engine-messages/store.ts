/** What the engine says about the store, the registry, streams, experiments and files: its English, and the German of it with the same slots. */
export const storeMessages: Readonly<Record<string, string>> = {
  'There is no alert {1}.': 'Es gibt keinen Alarm {1}.',
  'List the alerts again.': 'Lass dir die Alarme noch einmal zeigen.',
  '"{1}" is no artifact file name.': '"{1}" ist kein Dateiname eines Ergebnisses.',
  'There is no intact artifact {1} in the store.': 'Im Speicher ist kein unbeschädigtes Ergebnis {1}.',
  'Run the graph again: it makes what is missing.': 'Führe den Graphen noch einmal aus: er macht, was fehlt.',
  'Run {1} is going on and may need what would be removed.':
    'Der Lauf {1} ist im Gang und könnte brauchen, was entfernt würde.',
  'Wait until it has finished, or cancel it.': 'Warte, bis er fertig ist, oder brich ihn ab.',
  'The artifact {1} of {2} is not what its digest says.': 'Das Ergebnis {1} von {2} ist nicht, was sein Digest sagt.',
  'Run the step again; check who may write to that store.':
    'Führe den Schritt noch einmal aus; prüfe, wer in diesen Speicher schreiben darf.',
  'The data directory {1} cannot be made.': 'Der Datenordner {1} lässt sich nicht anlegen.',
  'The data directory {1} was written by a newer Slipway (database version {2}, this one knows {3}).':
    'Der Datenordner {1} wurde von einem neueren Slipway geschrieben (Datenbankversion {2}, dieses kennt {3}).',
  'The disk of the data directory {1} is full.': 'Die Platte des Datenordners {1} ist voll.',
  'Free some space (slipway artifacts gc removes unused results), or choose another with --data-dir or SLIPWAY_DATA_DIR.':
    'Schaffe Platz (slipway artifacts gc entfernt ungenutzte Ergebnisse), oder wähle einen anderen mit --data-dir oder SLIPWAY_DATA_DIR.',
  'The data directory {1} cannot be written.': 'Der Datenordner {1} ist nicht schreibbar.',
  'Allow this user to write it, or choose another with --data-dir or SLIPWAY_DATA_DIR.':
    'Erlaube diesem Benutzer, dort zu schreiben, oder wähle einen anderen mit --data-dir oder SLIPWAY_DATA_DIR.',
  'The data directory {1} cannot be used: {2}.': 'Der Datenordner {1} ist nicht nutzbar: {2}.',
  'Make it a folder, or choose another with --data-dir or SLIPWAY_DATA_DIR.':
    'Mache einen Ordner daraus, oder wähle einen anderen mit --data-dir oder SLIPWAY_DATA_DIR.',
  'The database in {1} is damaged: {2}.': 'Die Datenbank in {1} ist beschädigt: {2}.',
  'Move slipway.db away to start a new one (artifacts stay usable), or choose another with --data-dir or SLIPWAY_DATA_DIR.':
    'Lege slipway.db beiseite, um eine neue zu beginnen (Ergebnisse bleiben nutzbar), oder wähle einen anderen mit --data-dir oder SLIPWAY_DATA_DIR.',
  'The database in {1} is held by another program.': 'Die Datenbank in {1} wird von einem anderen Programm gehalten.',
  'Close the program that holds it, or choose another with --data-dir or SLIPWAY_DATA_DIR.':
    'Schließe das Programm, das sie hält, oder wähle einen anderen mit --data-dir oder SLIPWAY_DATA_DIR.',
  'The store {1} is not supported.': 'Der Speicher {1} wird nicht unterstützt.',
  'Use file:///FOLDER or s3://BUCKET/PREFIX.': 'Nutze file:///FOLDER oder s3://BUCKET/PREFIX.',
  'The library has no version {1} of “{2}”.': 'Die Sammlung hat keine Version {1} von „{2}“.',
  'See: slipway groups list': 'Siehe: slipway groups list',
  '{1} is no group.': '{1} ist keine Gruppe.',
  'Save the group again.': 'Speichere die Gruppe noch einmal.',
  'The library has no group “{1}”.': 'Die Sammlung hat keine Gruppe „{1}“.',
  'The group has {1} bytes, more than {2}.': 'Die Gruppe hat {1} Bytes, mehr als {2}.',
  'Save a smaller part of the graph.': 'Speichere einen kleineren Teil des Graphen.',
  'There is no model {1} in the registry.': 'In der Registrierung ist kein Modell {1}.',
  'Run a graph with a register node, or see slipway models list for what there is.':
    'Führe einen Graphen mit einem Knoten „Eintragen“ aus, oder sieh mit slipway models list, was es gibt.',
  'Version {1} of {2} is archived, so {3} cannot name it.':
    'Version {1} von {2} ist archiviert, also kann {3} sie nicht nennen.',
  'Bring it back first: on the Models screen, or slipway models restore {1} {2}.':
    'Hole sie erst zurück: auf der Seite „Modelle“, oder mit slipway models restore {1} {2}.',
  'waits for a person’s approval': 'wartet auf die Freigabe durch eine Person',
  'was rejected by {1}': 'wurde von {1} abgelehnt',
  'Version {1} of {2} {3*}, so {4} cannot name it.': 'Version {1} von {2} {3}, also kann {4} sie nicht nennen.',
  'Approve it first: on the Models screen, or slipway models approve {1} {2}.':
    'Gib sie erst frei: auf der Seite „Modelle“, oder mit slipway models approve {1} {2}.',
  '{1} of {2} named no version before {3}.': '{1} von {2} nannte vor {3} keine Version.',
  'Choose one: slipway models promote {1} VERSION.': 'Wähle eine: slipway models promote {1} VERSION.',
  'Version {1} of {2} is in use: {3} names it.': 'Version {1} von {2} ist in Gebrauch: {3} nennt sie.',
  'Point the alias at another version first.': 'Richte den Alias erst auf eine andere Version.',
  'Nobody asked for an approval of version {1} of {2}.':
    'Niemand hat um eine Freigabe der Version {1} von {2} gebeten.',
  'Its Register step asks for none; move an alias instead: slipway models promote {1} {2}.':
    'Ihr Schritt „Eintragen“ verlangt keine; richte stattdessen einen Alias neu: slipway models promote {1} {2}.',
  'Version {1} of {2} is approved already, by {3}.': 'Version {1} von {2} ist schon freigegeben, von {3}.',
  'Nothing is to be done.': 'Es ist nichts zu tun.',
  'Take it back: slipway models rollback {1}.': 'Nimm sie zurück: slipway models rollback {1}.',
  '"{1}" does not name a registered model.': '"{1}" nennt kein eingetragenes Modell.',
  'Write models:/NAME@ALIAS or models:/NAME/VERSION.': 'Schreibe models:/NAME@ALIAS oder models:/NAME/VERSION.',
  'The object storage began no upload in parts.': 'Der Objektspeicher hat kein Hochladen in Teilen begonnen.',
  'The object storage {1} cannot be reached: {2}.': 'Der Objektspeicher {1} ist nicht erreichbar: {2}.',
  'Check the endpoint and the network; then run again, it goes on where it stopped.':
    'Prüfe Endpunkt und Netz; dann führe es noch einmal aus, es macht weiter, wo es aufgehört hat.',
  '{1}, status {2}': '{1}, Status {2}',
  'The object storage {1} is overloaded or down ({2*}).': 'Der Objektspeicher {1} ist überlastet oder aus ({2}).',
  'Run again later; it goes on where it stopped.':
    'Führe es später noch einmal aus; es macht weiter, wo es aufgehört hat.',
  'The object storage refused {1} {2} ({3}).': 'Der Objektspeicher hat {1} {2} abgelehnt ({3}).',
  'Check AWS_ACCESS_KEY_ID: the storage does not know this key.':
    'Prüfe AWS_ACCESS_KEY_ID: der Speicher kennt diesen Schlüssel nicht.',
  'Check AWS_SECRET_ACCESS_KEY and the region.': 'Prüfe AWS_SECRET_ACCESS_KEY und die Region.',
  'The credentials have expired; get new ones.': 'Die Zugangsdaten sind abgelaufen; hole neue.',
  'Allow these credentials to list, get, put and delete below the prefix.':
    'Erlaube diesen Zugangsdaten, unterhalb des Präfixes aufzulisten, zu lesen, zu schreiben und zu löschen.',
  'Create the bucket, or correct its name.': 'Lege den Bucket an, oder berichtige seinen Namen.',
  'Set the clock of this machine.': 'Stelle die Uhr dieser Maschine.',
  'Check the store address {1}.': 'Prüfe die Adresse des Speichers {1}.',
  '{1} holds no manifest.': '{1} enthält kein Manifest.',
  '{1} of {2} in {3} is not what was stored.': '{1} von {2} in {3} ist nicht, was gespeichert wurde.',
  'Run again: it is made anew. See who else may write to this storage.':
    'Führe es noch einmal aus: es wird neu gemacht. Sieh nach, wer sonst in diesen Speicher schreiben darf.',
  '{1} in {2} is changed by others all the time.': '{1} in {2} wird ständig von anderen geändert.',
  '"{1}" is no store address.': '"{1}" ist keine Adresse eines Speichers.',
  'Write s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION.':
    'Schreibe s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION.',
  'The address of a store holds no credentials.': 'Die Adresse eines Speichers enthält keine Zugangsdaten.',
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.':
    'Setze AWS_ACCESS_KEY_ID und AWS_SECRET_ACCESS_KEY in der Umgebung.',
  '"{1}" names no bucket.': '"{1}" nennt keinen Bucket.',
  'The store address has an unknown part "{1}".': 'Die Adresse des Speichers hat einen unbekannten Teil "{1}".',
  'The endpoint "{1}" is no http or https address.': 'Der Endpunkt "{1}" ist keine http- oder https-Adresse.',
  'There are no credentials for the object storage.': 'Für den Objektspeicher gibt es keine Zugangsdaten.',
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where they are temporary).':
    'Setze AWS_ACCESS_KEY_ID und AWS_SECRET_ACCESS_KEY (und AWS_SESSION_TOKEN, wenn sie befristet sind).',
  '{1} waits for a person’s approval, and a shared store has none.':
    '{1} wartet auf die Freigabe durch eine Person, und die gibt es in einem gemeinsamen Speicher nicht.',
  'Set approval of the Register step to none, or run the graph on a machine of its own.':
    'Setze die Freigabe des Schritts „Eintragen“ auf none, oder führe den Graphen auf einer eigenen Maschine aus.',
  'The registry was not written.': 'Die Registrierung wurde nicht geschrieben.',
  'There is no model {1} in the store {2}.': 'Im Speicher {2} ist kein Modell {1}.',
  'It is there once the run that registers it has finished.': 'Es ist da, sobald der Lauf fertig ist, der es einträgt.',
  'The body is not UTF-8.': 'Der Inhalt ist kein UTF-8.',
  'Send UTF-8.': 'Sende UTF-8.',
  'A JSON array may have {1} bytes; this one has {2}.': 'Ein JSON-Array darf {1} Bytes haben; dieses hat {2}.',
  'Send one object per line (application/x-ndjson), or fewer events at once.':
    'Sende ein Objekt je Zeile (application/x-ndjson), oder weniger Ereignisse auf einmal.',
  'Line {1} has more than {2} characters.': 'Zeile {1} hat mehr als {2} Zeichen.',
  'Send smaller events.': 'Sende kleinere Ereignisse.',
  'The array': 'Das Array',
  'Line {1}': 'Zeile {1}',
  '{1*} is not JSON: {2}': '{1} ist kein JSON: {2}',
  'Send one JSON object per line, or a JSON array of objects.':
    'Sende ein JSON-Objekt je Zeile, oder ein JSON-Array von Objekten.',
  'Event {1}': 'Ereignis {1}',
  '{1*} is no JSON object.': '{1} ist kein JSON-Objekt.',
  'An event is an object of fields.': 'Ein Ereignis ist ein Objekt aus Feldern.',
  '{1} lines are longer than {2} bytes and are left out.':
    '{1} Zeilen sind länger als {2} Bytes und werden weggelassen.',
  '“{1}” is no address of Kafka.': '„{1}“ ist keine Adresse von Kafka.',
  'Write it as kafka://HOST:PORT,HOST:PORT, with kafkas:// for TLS; user and password are params of their own.':
    'Schreibe sie als kafka://HOST:PORT,HOST:PORT, mit kafkas:// für TLS; Benutzer und Passwort sind eigene Einstellungen.',
  'The topic {1} was made anew and is read from its start.':
    'Das Thema {1} wurde neu angelegt und wird von vorn gelesen.',
  '{1} messages of {2} are larger than {3} bytes and are left out.':
    '{1} Nachrichten von {2} sind größer als {3} Bytes und werden weggelassen.',
  '{1} messages of {2}, partition {3}, were removed before they were read.':
    '{1} Nachrichten von {2}, Partition {3}, wurden entfernt, bevor sie gelesen wurden.',
  'A message of {1} is larger than {2} bytes and is left out.':
    'Eine Nachricht von {1} ist größer als {2} Bytes und wird weggelassen.',
  '{1} entries are larger than {2} bytes and are left out.':
    '{1} Einträge sind größer als {2} Bytes und werden weggelassen.',
  'Stream “{1}” cannot read {2}: {3}': 'Der Datenstrom „{1}“ kann {2} nicht lesen: {3}',
  'Check the address, user and password, and that the broker runs. It is tried again by itself.':
    'Prüfe Adresse, Benutzer und Passwort, und ob der Broker läuft. Es wird von selbst wieder versucht.',
  'Slipway is ending.': 'Slipway wird beendet.',
  'Send the events again later.': 'Sende die Ereignisse später noch einmal.',
  '“{1}” is no name of a stream.': '„{1}“ ist kein Name eines Datenstroms.',
  'Use lower-case letters, digits, _ and -, at most 63.': 'Nimm Kleinbuchstaben, Ziffern, _ und -, höchstens 63.',
  '{1} streams are open': '{1} Datenströme sind offen',
  'Events come faster than they can be stored': 'Ereignisse kommen schneller, als sie gespeichert werden können',
  'Send the same events again after Retry-After.': 'Sende dieselben Ereignisse nach Retry-After noch einmal.',
  'At most {1} bytes of events are taken at once.': 'Höchstens {1} Bytes an Ereignissen werden auf einmal genommen.',
  'Send fewer events per request.': 'Sende weniger Ereignisse je Anfrage.',
  'The files of {1}/{2} are no longer in the store.': 'Die Dateien von {1}/{2} sind nicht mehr im Speicher.',
  'Run its graph again.': 'Führe seinen Graphen noch einmal aus.',
  'NOT {1}': 'NOT {1}',
  '“{1}” stands where AND was expected': '„{1}“ steht, wo AND erwartet wurde',
  'it ends with AND': 'er endet mit AND',
  'it names no field': 'er nennt kein Feld',
  'it names more than one field': 'er nennt mehr als ein Feld',
  'it is longer than {1}': 'er ist länger als {1}',
  '“{1}” is not understood': '„{1}“ wird nicht verstanden',
  '“{1}” is not a field': '„{1}“ ist kein Feld',
  '“{1}” is not a value; texts stand in quotes': '„{1}“ ist kein Wert; Texte stehen in Anführungszeichen',
  'IN needs a list in brackets': 'IN braucht eine Liste in Klammern',
  '“{1}” stands where a comma was expected': '„{1}“ steht, wo ein Komma erwartet wurde',
  '“{1*}” does not compare {2}': '„{1}“ vergleicht {2} nicht',
  '{1} is compared with a number': '{1} wird mit einer Zahl verglichen',
  '{1} is compared with a text in quotes': '{1} wird mit einem Text in Anführungszeichen verglichen',
  'there is no attribute “{1}”': 'es gibt kein Attribut „{1}“',
  'The filter or order “{1}” is not valid: {2*}.': 'Der Filter oder die Reihenfolge „{1}“ ist ungültig: {2}.',
  "Write e.g. metrics.rmse < 1 and params.model = 'tree'.":
    "Schreibe zum Beispiel metrics.rmse < 1 and params.model = 'tree'.",
  'There is an experiment “{1}” already.': 'Ein Experiment „{1}“ gibt es schon.',
  'Use that one.': 'Nimm jenes.',
  'There is no experiment {1}.': 'Es gibt kein Experiment {1}.',
  'The param “{1}” is “{2}” already and cannot become “{3}”.':
    'Die Einstellung „{1}“ ist schon „{2}“ und kann nicht „{3}“ werden.',
  'Params are set once; log a tag for what changes.':
    'Einstellungen werden einmal gesetzt; halte, was sich ändert, als Tag fest.',
  'The run {1} has no tag “{2}”.': 'Der Lauf {1} hat kein Tag „{2}“.',
  'There is no experiment run {1}.': 'Es gibt keinen Experimentlauf {1}.',
  'it is incomplete.': 'es ist unvollständig.',
  'The graph cannot be saved: {1*}': 'Der Graph kann nicht gespeichert werden: {1}',
  'Cannot write {1} ({2}).': '{1} kann nicht geschrieben werden ({2}).',
  'Save it elsewhere. Nothing is lost while the graph stays open.':
    'Speichere ihn anderswo. Solange der Graph offen ist, geht nichts verloren.',
  '{1} was changed by another program since it was read.':
    '{1} wurde von einem anderen Programm geändert, seit es gelesen wurde.',
  'Look at what it would do now, then decide.': 'Sieh nach, was jetzt geschehen würde, und entscheide dann.',
  'Overwrite it, or save under another name and compare.':
    'Überschreibe es, oder speichere unter anderem Namen und vergleiche.',
  '{1} is no place for a graph file.': '{1} ist kein Ort für eine Graphdatei.',
  'Give an absolute path that ends in .slipway.json.': 'Gib einen absoluten Pfad, der auf .slipway.json endet.',
  'The artifact {1} is a {2}, no table.': 'Das Ergebnis {1} ist vom Typ {2}, keine Tabelle.',
  'The artifact has no JSON file {1}.': 'Das Ergebnis hat keine JSON-Datei {1}.',
  '{1} is larger than 8 MiB.': '{1} ist größer als 8 MiB.',
  'Endpoint {1} has no request log to export.': 'Der Endpunkt {1} hat kein Anfragenprotokoll zu exportieren.',
  'Turn the request log of the Endpoint node on, and send requests.':
    'Schalte das Anfragenprotokoll des Knotens „Endpunkt“ ein, und sende Anfragen.',
  'No folder was given.': 'Es wurde kein Ordner angegeben.',
  'There are no sample data in {1}.': 'In {1} sind keine Beispieldaten.',
  'The folder {1} cannot be read ({2}).': 'Der Ordner {1} ist nicht lesbar ({2}).',
  'The file is no graph: {1}': 'Die Datei ist kein Graph: {1}',
  '{1} is no graph: {2}': '{1} ist kein Graph: {2}',
  'The template {1} is no graph.': 'Die Vorlage {1} ist kein Graph.',
  'Step "{1}" has no table "{2}" yet.': 'Der Schritt "{1}" hat noch keine Tabelle "{2}".',
  'Run the graph first.': 'Führe erst den Graphen aus.',
  'Nothing is replayed to {1}.': 'An {1} wird nichts abgespielt.',
  'Start a replay first.': 'Starte erst ein Abspielen.',
  'Port {1} on {2} is in use.': 'Der Port {1} auf {2} ist belegt.',
  'Choose another with --port, or --port 0 for any free port.':
    'Wähle einen anderen mit --port, oder --port 0 für irgendeinen freien.',
  'Cannot listen on {1}:{2} ({3}).': 'Auf {1}:{2} kann nicht gehört werden ({3}).',
  'Choose another --host or --port.': 'Wähle einen anderen --host oder --port.',
  'Update Slipway. Or go back to the state before that update: move slipway.db, slipway.db-wal and slipway.db-shm away, and rename {1} to slipway.db.':
    'Aktualisiere Slipway. Oder gehe zum Stand vor jener Aktualisierung zurück: Lege slipway.db, slipway.db-wal und slipway.db-shm beiseite und benenne {1} in slipway.db um.',
  'change a cluster': 'keinen Cluster ändern',
  'open an endpoint': 'keinen Endpunkt öffnen',
  'be exported with its secrets': 'nicht mit seinen Geheimnissen exportiert werden',
  'be replayed': 'nicht abgespielt werden',
};
