/** What the engine says about clusters and exports: its English, and the German of it with the same slots. */
export const clusterMessages: Readonly<Record<string, string>> = {
  'The context "{1}" gives no credentials: {2}.': 'Der Kontext "{1}" gibt keine Zugangsdaten: {2}.',
  'Sign in again with the tool that wrote the kubeconfig.':
    'Melde dich mit dem Werkzeug neu an, das die kubeconfig geschrieben hat.',
  'The certificate of the cluster at {1} is not valid now: {2}.':
    'Das Zertifikat des Clusters bei {1} gilt jetzt nicht: {2}.',
  'Check the clock of this machine (it says {1}); if it is right, renew the certificate.':
    'Prüfe die Uhr dieser Maschine (sie zeigt {1}); geht sie richtig, erneuere das Zertifikat.',
  'The cluster at {1} cannot be reached: {2}.': 'Der Cluster bei {1} ist nicht erreichbar: {2}.',
  'Check the network, the VPN and the server of the context.': 'Prüfe das Netz, das VPN und den Server des Kontexts.',
  'The cluster does not accept the credentials of this context.':
    'Der Cluster nimmt die Zugangsdaten dieses Kontexts nicht an.',
  'They may have expired: sign in again with the tool that wrote the kubeconfig.':
    'Sie können abgelaufen sein: melde dich mit dem Werkzeug neu an, das die kubeconfig geschrieben hat.',
  'The endpoint answers with status {1}: {2}': 'Der Endpunkt antwortet mit Status {1}: {2}',
  'The endpoint does not answer: {1}': 'Der Endpunkt antwortet nicht: {1}',
  'Look at the state and the log of its pods, and open it again.':
    'Sieh dir Zustand und Protokoll seiner Pods an und öffne ihn noch einmal.',
  'This endpoint of the cluster is not open on this machine any more.':
    'Dieser Endpunkt des Clusters ist auf dieser Maschine nicht mehr geöffnet.',
  'Open it again.': 'Öffne ihn noch einmal.',
  'Watching {1}': '{1} wird beobachtet',
  'Looking for the pods': 'Die Pods werden gesucht',
  'Applying {1}': '{1} wird angewendet',
  'Applying {1}/{2}': '{1}/{2} wird angewendet',
  'Deleting {1}': '{1} wird gelöscht',
  'Reading the log of {1}': 'Das Protokoll von {1} wird gelesen',
  'Asking the cluster': 'Der Cluster wird gefragt',
  'Checking {1}': '{1} wird geprüft',
  'Deleting {1}/{2}': '{1}/{2} wird gelöscht',
  'Starting {1}': '{1} wird gestartet',
  '{1*} would exceed a quota: {2}': '{1} überschritte ein Kontingent: {2}',
  'Free resources in the namespace, ask for a larger quota, or lower the requests in the overlay.':
    'Gib Ressourcen im Namensraum frei, bitte um ein größeres Kontingent, oder senke die Anforderungen im Overlay.',
  '{1*} was refused: {2}': '{1} wurde abgelehnt: {2}',
  'The namespace enforces a Pod Security Standard that the object does not meet.':
    'Der Namensraum erzwingt einen Pod-Sicherheitsstandard, den das Objekt nicht erfüllt.',
  'Ask for the right, or use another context; slipway doctor --context shows which rights are missing.':
    'Bitte um das Recht oder nutze einen anderen Kontext; slipway doctor --context zeigt, welche Rechte fehlen.',
  'Someone else changes the same object; apply again.':
    'Jemand anders ändert dasselbe Objekt; wende es noch einmal an.',
  'status {1}': 'Status {1}',
  'The cluster could not answer ({1*}).': 'Der Cluster konnte nicht antworten ({1}).',
  'Try again later; applying again goes on where it stopped.':
    'Versuche es später wieder; nochmaliges Anwenden macht weiter, wo es aufgehört hat.',
  '{1*} was refused: {2*}': '{1} wurde abgelehnt: {2}',
  'What has run cannot be changed in place: delete it first (results stay in the store), then apply again.':
    'Was gelaufen ist, lässt sich nicht an Ort und Stelle ändern: lösche es erst (Ergebnisse bleiben im Speicher), dann wende es noch einmal an.',
  'Check the overlay against the version of the cluster.': 'Prüfe das Overlay gegen die Version des Clusters.',
  'The kubeconfig {1} cannot be read: {2}.': 'Die kubeconfig {1} ist nicht lesbar: {2}.',
  'Correct it, or name another in KUBECONFIG.': 'Berichtige sie oder nenne eine andere in KUBECONFIG.',
  'There is no kubeconfig on this machine.': 'Auf dieser Maschine gibt es keine kubeconfig.',
  'Name one in KUBECONFIG, or put it at ~/.kube/config.': 'Nenne eine in KUBECONFIG oder lege sie nach ~/.kube/config.',
  'has no context "{1}"': 'hat keinen Kontext "{1}"',
  'has no current context': 'hat keinen gewählten Kontext',
  'The kubeconfig {1*}.': 'Die kubeconfig {1}.',
  'Add one to it.': 'Füge ihr einen hinzu.',
  'Use --context with one of: {1}.': 'Nutze --context mit einem von: {1}.',
  'The context "{1}" names a cluster the kubeconfig does not hold.':
    'Der Kontext "{1}" nennt einen Cluster, den die kubeconfig nicht enthält.',
  'No pod of {1} in {2} is ready.': 'Kein Pod von {1} in {2} ist bereit.',
  'Wait until the run has registered the model; the status of the steps says how far it is.':
    'Warte, bis der Lauf das Modell eingetragen hat; der Stand der Schritte sagt, wie weit er ist.',
  'The port {1} of this machine cannot be used.': 'Der Port {1} dieser Maschine ist nicht nutzbar.',
  'Name another one, or 0.': 'Nenne einen anderen, oder 0.',
  'The cluster {1} does not know {2} ({3}).': 'Der Cluster {1} kennt {2} ({3}) nicht.',
  'Install Argo Workflows 4, or export with --target kubernetes.':
    'Installiere Argo Workflows 4, oder exportiere mit --target kubernetes.',
  'Install KServe, or export with --target kubernetes.': 'Installiere KServe, oder exportiere mit --target kubernetes.',
  'Install KEDA.': 'Installiere KEDA.',
  'Install the Prometheus operator.': 'Installiere den Prometheus-Operator.',
  'Install KubeRay.': 'Installiere KubeRay.',
  'The cluster is too old for this bundle, or a custom resource is not installed.':
    'Der Cluster ist zu alt für dieses Bündel, oder eine eigene Ressource (CRD) ist nicht installiert.',
  'There is no namespace "{1}" in {2}.': 'Es gibt keinen Namensraum "{1}" in {2}.',
  'Create it with kubectl create namespace {1}, or name another with --namespace.':
    'Lege ihn mit kubectl create namespace {1} an, oder nenne einen anderen mit --namespace.',
  '"{1}" is no name of a namespace.': '"{1}" ist kein Name eines Namensraums.',
  'Use lower-case letters, digits and -, at most 63.': 'Nimm Kleinbuchstaben, Ziffern und -, höchstens 63.',
  'it cannot be read.': 'ist nicht lesbar.',
  'The graph has errors: {1*}': 'Der Graph hat Fehler: {1}',
  'Run slipway validate to see all of them.': 'slipway validate zeigt sie alle.',
  'Run the graph first: its Register node makes the model.':
    'Führe erst den Graphen aus: sein Knoten „Eintragen“ macht das Modell.',
  'not one endpoint': 'nicht genau einen Endpunkt',
  'no endpoint "{1}"': 'keinen Endpunkt "{1}"',
  'The bundle has {1*} in a Deployment of its own.': 'Das Bündel hat {1} in einem eigenen Deployment.',
  'Use the Service that the target makes for it.': 'Nutze den Service, den das Ziel dafür macht.',
  'Name one of: {1}.': 'Nenne eines von: {1}.',
  'The bundle is inconsistent: {1}.': 'Das Bündel ist in sich widersprüchlich: {1}.',
  'The document of the graph is not at hand.': 'Das Dokument des Graphen ist nicht zur Hand.',
  'The graph is larger than a ConfigMap can hold (1 MiB).': 'Der Graph ist größer, als eine ConfigMap fasst (1 MiB).',
  'Split the graph, or move long parameters into files.':
    'Teile den Graphen auf, oder lege lange Einstellungen in Dateien.',
  'no objects of a bundle': 'keine Objekte eines Bündels',
  'objects of several bundles ({1})': 'Objekte mehrerer Bündel ({1})',
  'The folder holds {1*}.': 'Der Ordner enthält {1}.',
  'Name the folder of a bundle that slipway export wrote, or one of its overlays.':
    'Nenne den Ordner eines Bündels, das slipway export geschrieben hat, oder eines seiner Overlays.',
  'The plan is larger than a ConfigMap can hold (1 MiB).': 'Der Plan ist größer, als eine ConfigMap fasst (1 MiB).',
  '{1} ({2} {3}) is not installed.': '{1} ({2} {3}) ist nicht installiert.',
  '{1} is installed ({2}).': '{1} ist installiert ({2}).',
  'This account may not look: {1}': 'Dieses Konto darf nicht nachsehen: {1}',
  '{1} answers: Kubernetes {2}.': '{1} antwortet: Kubernetes {2}.',
  'Bundles are written for 1.{1} and newer.': 'Bündel sind für 1.{1} und neuer geschrieben.',
  'All rights in namespace {1}.': 'Alle Rechte im Namensraum {1}.',
  'In namespace {1} this account may not: {2}.': 'Im Namensraum {1} darf dieses Konto nicht: {2}.',
  'Ask for these rights, or choose another namespace or context.':
    'Bitte um diese Rechte, oder wähle einen anderen Namensraum oder Kontext.',
  'All rights in namespace {1} that {2} needs.': 'Alle Rechte im Namensraum {1}, die {2} braucht.',
  'Ask for these rights, or export to another target.': 'Bitte um diese Rechte, oder exportiere zu einem anderen Ziel.',
  'Runs may get the right to start pods.': 'Läufe können das Recht bekommen, Pods zu starten.',
  'Ask for these rights, or export to Jobs with --pods 1: trials, folds and items of maps then run one after another.':
    'Bitte um diese Rechte, oder exportiere zu Jobs mit --pods 1: Versuche, Teile und Durchgänge laufen dann nacheinander.',
  '{1} nodes; none has a GPU.': '{1} Knoten; keiner hat eine GPU.',
  '{1} nodes; {2}.': '{1} Knoten; {2}.',
  'The storage class {1} is the default; it must offer ReadWriteMany for several nodes.':
    'Die Speicherklasse {1} ist die Vorgabe; für mehrere Knoten muss sie ReadWriteMany bieten.',
  'The storage class {1} is the default; its volumes stay on one node.':
    'Die Speicherklasse {1} ist die Vorgabe; ihre Volumes bleiben auf einem Knoten.',
  'Set accessModes to ReadWriteOnce in the overlay (all pods then run on that node), or another storageClassName, or use overlays/object-storage.':
    'Setze im Overlay accessModes auf ReadWriteOnce (dann laufen alle Pods auf diesem Knoten) oder einen anderen storageClassName, oder nutze overlays/object-storage.',
  'There is no storage class.': 'Es gibt keine Speicherklasse.',
  'No storage class is the default (there are {1}).': 'Keine Speicherklasse ist die Vorgabe (es gibt {1}).',
  'Set storageClassName in the overlay, or use overlays/object-storage.':
    'Setze storageClassName im Overlay, oder nutze overlays/object-storage.',
  'serves its model as "{1}", the name of another endpoint':
    'betreibt sein Modell als "{1}", den Namen eines anderen Endpunkts',
  'Give each endpoint a name of its own.': 'Gib jedem Endpunkt einen eigenen Namen.',
  'Argo has not taken the Workflow up yet; its controller must run and watch this namespace.':
    'Argo hat den Workflow noch nicht angenommen; sein Controller muss laufen und diesen Namensraum beobachten.',
  'Delete the autoscaler that the bundle had before (kubectl delete hpa), then apply again.':
    'Lösche den Autoscaler, den das Bündel vorher hatte (kubectl delete hpa), und wende es dann noch einmal an.',
  'A rule of the cluster does not take it: change the overlay as it says, or ask who keeps the rule.':
    'Eine Regel des Clusters lässt es nicht zu: ändere das Overlay, wie sie sagt, oder frag, wer die Regel pflegt.',
  'There is no Workflow {1}.': 'Es gibt keinen Workflow {1}.',
  'There is no Job {1}.': 'Es gibt keinen Job {1}.',
  'A step before it did not succeed.': 'Ein Schritt davor ist nicht gelungen.',
  '{1} of {2} shares of its trials, folds or items are done.':
    '{1} von {2} Anteilen seiner Versuche, Teile oder Durchgänge sind fertig.',
  'The step needs more memory than its limit: raise it in the overlay, or use fewer rows.':
    'Der Schritt braucht mehr Arbeitsspeicher als seine Grenze: erhöhe sie im Overlay, oder nimm weniger Zeilen.',
  "Check the image in the overlay's kustomization.yaml, and that the cluster may pull it.":
    'Prüfe das Image in der kustomization.yaml des Overlays, und ob der Cluster es holen darf.',
  'A ConfigMap or Secret the container needs is missing.':
    'Eine ConfigMap oder ein Secret, das der Container braucht, fehlt.',
  'The node ran out of memory or disk; the step is tried again.':
    'Dem Knoten ging Arbeitsspeicher oder Platte aus; der Schritt wird noch einmal versucht.',
  'Free resources in the namespace, or ask for a larger quota.':
    'Gib Ressourcen im Namensraum frei, oder bitte um ein größeres Kontingent.',
  'The volume for results is not there yet: its storage class must offer ReadWriteMany; on one node set ReadWriteOnce in the overlay.':
    'Das Volume für Ergebnisse ist noch nicht da: seine Speicherklasse muss ReadWriteMany bieten; auf einem Knoten setze ReadWriteOnce im Overlay.',
  'No node has a free GPU.': 'Kein Knoten hat eine freie GPU.',
  'No node has room for it: free some, add a node, or lower the requests in the overlay.':
    'Kein Knoten hat Platz dafür: schaffe Platz, füge einen Knoten hinzu, oder senke die Anforderungen im Overlay.',
  'The step ended with exit code {1}.': 'Der Schritt endete mit dem Code {1}.',
  'The pod has failed.': 'Der Pod ist gescheitert.',
  'Plain objects: a Job for the batch part, Deployment, Service and autoscaler for each endpoint. No CRD needed.':
    'Einfache Objekte: ein Job für den Stapelteil, Deployment, Service und Autoscaler für jeden Endpunkt. Ohne CRD.',
  'A WorkflowTemplate with a pod per step, and plain Deployments for the endpoints. Needs Argo Workflows 4.':
    'Ein WorkflowTemplate mit einem Pod je Schritt, und einfache Deployments für die Endpunkte. Braucht Argo Workflows 4.',
  'A Job for the batch part, an InferenceService with our own ServingRuntime for each endpoint. Needs KServe.':
    'Ein Job für den Stapelteil, ein InferenceService mit eigener ServingRuntime für jeden Endpunkt. Braucht KServe.',
  'A RayJob with a task per step, a RayService for the endpoints. Needs the KubeRay operator.':
    'Ein RayJob mit einem Task je Schritt, ein RayService für die Endpunkte. Braucht den KubeRay-Operator.',
  'A model repository with the registered champion, dynamic batching, and the Deployment that serves it.':
    'Ein Modellverzeichnis mit dem eingetragenen Champion, dynamisches Stapeln, und das Deployment, das es betreibt.',
  'A model archive (.mar) with the registered champion and its handler. TorchServe is no longer maintained.':
    'Ein Modellarchiv (.mar) mit dem eingetragenen Champion und seinem Handler. TorchServe wird nicht mehr gepflegt.',
  '"{1}" names more than two targets.': '"{1}" nennt mehr als zwei Ziele.',
  'Name one for the batch part and one for serving, e.g. argo,kserve.':
    'Nenne eines für den Stapelteil und eines für den Betrieb, etwa argo,kserve.',
  'There is no export target "{1}".': 'Es gibt kein Exportziel "{1}".',
  'Use one of: {1}, or two of them: argo,kserve.': 'Nimm eines von: {1}, oder zwei davon: argo,kserve.',
  'Unpin it, or write that result to a file the cluster can read.':
    'Löse die Festlegung, oder schreibe das Ergebnis in eine Datei, die der Cluster lesen kann.',
  'Use the gates of Register, or run the graph with slipway run.':
    'Nutze die Schwellen von „Eintragen“, oder führe den Graphen mit slipway run aus.',
  'Put the Feature view and Feature service steps of that graph into this one.':
    'Setze die Schritte „Merkmalssicht“ und „Merkmalsdienst“ jenes Graphen in diesen.',
  'Set its approval to none: gates decide; or run the graph with slipway run.':
    'Setze die Freigabe auf none: Schwellen entscheiden; oder führe den Graphen mit slipway run aus.',
  'Choose the target ray, or run the graph with slipway run.':
    'Wähle das Ziel ray, oder führe den Graphen mit slipway run aus.',
  'Run the graph with slipway run, or do this step without Python.':
    'Führe den Graphen mit slipway run aus, oder mache diesen Schritt ohne Python.',
  'Read them from a broker, or from a file that starts with pkg:, http or s3.':
    'Lies sie von einem Broker, oder aus einer Datei, die mit pkg:, http oder s3 beginnt.',
  'Use a path that starts with pkg:, or put the file into the engine image.':
    'Nutze einen Pfad, der mit pkg: beginnt, oder lege die Datei ins Image der Engine.',
  'Leave approval off: the canary decides; or keep the graph up with slipway up.':
    'Lass die Freigabe aus: der Canary entscheidet; oder halte den Graphen mit slipway up in Betrieb.',
  'Send them to /v1/feedback, for instance with slipway feedback, and disconnect the table.':
    'Sende sie an /v1/feedback, etwa mit slipway feedback, und trenne die Tabelle.',
  'Choose the target kubernetes, argo or kserve: there it runs beside the endpoint.':
    'Wähle das Ziel kubernetes, argo oder kserve: dort läuft es neben dem Endpunkt.',
  'Leave it out for the cluster, or choose the target kubernetes with a monitor of performance.':
    'Lass ihn für den Cluster weg, oder wähle das Ziel kubernetes mit einem Monitor der Güte.',
  'Put a Register node between the model and the endpoint.':
    'Setze einen Knoten „Eintragen“ zwischen Modell und Endpunkt.',
  'Add an Endpoint after a Register node, or choose a target that runs steps.':
    'Füge nach einem Knoten „Eintragen“ einen Endpunkt hinzu, oder wähle ein Ziel, das Schritte ausführt.',
  'the server keeps no requests that a monitor could look at':
    'der Server behält keine Anfragen, die ein Monitor ansehen könnte',
  'is pinned to an earlier result, which no pod has': 'ist auf ein früheres Ergebnis festgelegt, das kein Pod hat',
  'ends a branch by a metric, which Jobs cannot': 'beendet einen Zweig nach einer Kennzahl, was Jobs nicht können',
  'takes a feature service of another graph of this machine, which no pod has':
    'nimmt einen Merkmalsdienst eines anderen Graphen dieser Maschine, den kein Pod hat',
  'waits for a person to approve each model, and no pod can ask one':
    'wartet, bis eine Person jedes Modell freigibt, und kein Pod kann eine fragen',
  'runs a Python script, and pods have no Python of yours':
    'führt ein Python-Skript aus, und Pods haben dein Python nicht',
  'reads events that are pushed to this machine, and no pod has them':
    'liest Ereignisse, die an diese Maschine gesendet werden, und kein Pod hat sie',
  'reads {1}, a file of this machine that no pod has': 'liest {1}, eine Datei dieser Maschine, die kein Pod hat',
  'reads labels from a table again and again, which no pod does':
    'liest Zielwerte immer wieder aus einer Tabelle, was kein Pod tut',
  'is of kind {1}, which has no counterpart there': 'ist von der Art {1}, die dort kein Gegenstück hat',
  'has {1}, which only an engine that runs the graph can do':
    'hat {1}, was nur eine Engine kann, die den Graphen ausführt',
  'serves a model that is not registered': 'betreibt ein Modell, das nicht eingetragen ist',
  'is followed by no endpoint, and this target only serves': 'ihm folgt kein Endpunkt, und dieses Ziel betreibt nur',
  'The target {1} cannot express node "{2}": it {3*}.': 'Das Ziel {1} kann den Knoten "{2}" nicht ausdrücken: er {3}.',
  'Cannot write to {1} ({2}).': 'Nach {1} kann nicht geschrieben werden ({2}).',
  'Choose another folder with --out.': 'Wähle einen anderen Ordner mit --out.',
  '{1}/{2} is being deleted.': '{1}/{2} wird gerade gelöscht.',
  'Apply again when it is gone; a PersistentVolumeClaim goes once no pod uses it.':
    'Wende es noch einmal an, wenn es weg ist; ein PersistentVolumeClaim geht, sobald kein Pod es nutzt.',
  'The target {1} puts {2} into the bundle, and there is no such model yet.':
    'Das Ziel {1} legt {2} ins Bündel, und ein solches Modell gibt es noch nicht.',
  'As Triton, with the features and the model behind them as two models that an ensemble joins: each has its own batches and instances.':
    'Wie Triton, mit den Merkmalen und dem Modell dahinter als zwei Modellen, die ein Ensemble verbindet: jedes hat eigene Stapel und Instanzen.',
  '{1} runs in Python ({2}), and no pod has that environment.':
    '{1} läuft in Python ({2}), und kein Pod hat diese Umgebung.',
  'Serve a model with an ONNX form there, or keep the graph up on this machine with slipway up.':
    'Betreibe dort ein Modell mit ONNX-Form, oder halte den Graphen mit slipway up auf dieser Maschine in Betrieb.',
  'Autoscalers may read metrics of pods: endpoints can be scaled by their queue time.':
    'Autoscaler dürfen Kennzahlen von Pods lesen: Endpunkte lassen sich nach ihrer Wartezeit skalieren.',
  'There is no custom metrics API: endpoints are scaled by CPU.':
    'Es gibt keine API für eigene Kennzahlen: Endpunkte werden nach der CPU skaliert.',
  'To scale by queue time install prometheus-adapter (components/queue-time) or KEDA (components/keda).':
    'Um nach der Wartezeit zu skalieren, installiere prometheus-adapter (components/queue-time) oder KEDA (components/keda).',
};
