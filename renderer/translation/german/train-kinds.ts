import type { GermanKind } from './german-kind.ts';

export const trainKinds: Readonly<Record<string, GermanKind>> = {
  'train.cross-validate': {
    summary: 'Trainiert ein Modell nochmals auf Teilen seiner Zeilen und misst es auf den anderen.',
    help: `Verbinde ihn mit einem Lerner (verstärkte Bäume, Wald, lineares Modell, Netze) oder mit **Suche**. Die Zeilen, auf denen das Modell trainiert wurde, werden in Teile geteilt; für jeden lernt derselbe Lerner mit denselben Parametern aus den anderen Teilen und wird auf diesem gemessen. Das Modell selbst bleibt, wie es ist.

**Bericht.** Kennzahlen jedes Teils, ihr Mittelwert, und ein Intervall des Mittelwerts, das berücksichtigt, dass Teile Trainingszeilen gemeinsam haben (korrigiertes t, Nadeau und Bengio 2003). Kurven und Verwechslungen gelten allen Zeilen zusammen. Kennzahlen in Experimenten heißen \`cv.NAME\`.

**Vorhersagen** sind die Trainingszeilen mit Teil, Vorhersage und Wahrscheinlichkeiten eines Modells, das sie nicht gesehen hat: Stoff für **Kalibrieren**, um falsche Zielwerte zu finden, oder zum Stapeln von Modellen.

**Geschachtelt.** Hinter Suche sucht jeder Teil nochmals: die Zahlen sagen dann, was Suchen und Trainieren zusammen auf neuen Zeilen erreichen, ohne die Zuversicht des besten Versuchs.

**Gerät.** Teile eines Netzes trainieren auf dem Gerät, das dieser Knoten nennt, einer nach dem anderen; bei „auto“ auf dem Prozessor.

**Merkmalsschritte** werden nicht nochmals angepasst: was sie aus allen Trainingszeilen gelernt haben (Mittelwerte, Kategorien), ist in jedem Teil bekannt. Beim Skalieren und Füllen schadet das nicht; für Kodierungen, die auf den Zielwert sehen, setze **Aufteilen** mit *Teilen*, Merkmale und Lerner in eine Gruppe und **wiederhole** sie über \`fold\`.`,
  },
  'train.calibrate': {
    summary: 'Sorgt dafür, dass die Wahrscheinlichkeiten eines Klassifikators bedeuten, was sie sagen.',
    help: `Von Fällen, denen ein kalibriertes Modell 30 % gibt, treten drei von zehn ein. Verstärkte Bäume auf wenigen Zeilen, ausgeglichene Klassengewichte und Netze sind oft zu sicher oder nicht sicher genug; die Reihenfolge der Zeilen, und damit die ROC AUC, ändert sich kaum.

**Zeilen.** Trainingszeilen werden abgelehnt: bei dem, was es gesehen hat, ist ein Modell sich zu sicher. Verbinde eigene Zeilen (nicht die, auf denen es ausgewertet wird), oder die **Vorhersagen** von **Kreuzvalidieren** hinter demselben Modell, die keine Zeilen kosten.

| Verfahren | passt an |
| --- | --- |
| Isoton | eine steigende Kurve des Logits durch Zusammenlegen benachbarter Verstöße; ab etwa 1.000 Zeilen |
| Sigmoid | Steigung und Versatz des Logits (Platt 1999, mit Newtons Verfahren) |
| Temperatur | einen Teiler aller Logits; ändert nie die vorhergesagte Klasse |

Bei mehr als zwei Klassen berichtigen Isoton und Sigmoid jede gegen den Rest und bringen die Summe auf 1.

**Betrieb.** Die Berichtigung ist Teil des ONNX-Graphen: Endpunkte, Stapelvorhersage und Exporte geben kalibrierte Wahrscheinlichkeiten, und **Auswerten** prüft sie gegen die eigenen Werte des Lerners. Der Bericht zeigt Log-Verlust, Brier-Wert und Verlässlichkeit auf fünf Teilen der Zeilen, jeder berichtigt durch eine Kurve der anderen vier.`,
  },
  'train.evaluate': {
    summary: 'Misst ein Modell auf zurückgehaltenen Zeilen und prüft, dass es im Betrieb dieselben Werte gibt.',
    help: `Gibt die rohen zurückgehaltenen Zeilen durch das Modell, genau wie es im Betrieb sein wird.

| Aufgabe | Kennzahlen |
| --- | --- |
| binär | rocAuc, averagePrecision, logLoss, brierScore, accuracy, balancedAccuracy, precision, recall, f1 (bei 0,5), expectedCalibrationError |
| Empfehlungen | hitRate (Zeilen, deren Artikel empfohlen wird), meanReciprocalRank (1 / sein Platz, 0 ohne), accuracy (er ist der erste) |
| mehrere Klassen | accuracy, balancedAccuracy, macroF1, logLoss, rocAuc und averagePrecision (Mittel über Klassen gegen den Rest), expectedCalibrationError |
| Regression | rmse, mae, r2, mape |
| Rangfolge | auch ndcgAt5, ndcgAt10, meanAveragePrecision, meanReciprocalRank: Mittel über die Anfragen mit einer wichtigen Zeile |

Die positive Klasse einer binären Aufgabe ist die zweite der sortierten: wahr, oder die größere. Zeilen ohne Zielwert fallen weg; eine Kennzahl, die auf diesen Zeilen nicht bestimmt ist (ROC AUC mit nur einer Klasse), fällt mit einer Warnung weg.

**Intervalle** kommen von einem Poisson-Bootstrap über die Zeilen. **Scheiben** sind Zeilen, die eine Eingabe aussondert; eine heißt schlechter, wenn ihr mittlerer Verlust höher ist und es bei einem Anteil falscher Entdeckungen von 5 % über alle Scheiben bleibt. Der **Vergleichswert** ist das Beste, was sich sagen lässt, ohne auf eine Eingabe zu sehen. **Fairness** vergleicht Gruppen bei der Schwelle 0,5. Ist **other** verbunden, werden beide Modelle auf denselben Zeilen gemessen, und das Intervall des Unterschieds ihrer Verluste sagt, ob er mehr als Zufall ist.

**Gleichheit.** Bis zu 10.000 der Zeilen gehen auch durch die Merkmale und den eigenen Code des Lerners und werden mit dem betriebenen Graphen verglichen, der wie von Anfragen aus JSON gefüttert wird, in Stapeln und einzeln. Ein Modell wird nur eingetragen, wenn kein Wert um mehr als 0,00001 abweicht und alle Klassen übereinstimmen.`,
  },
  'train.explain': {
    summary: 'Sagt auf zurückgehaltenen Zeilen, welche Spalten ein Modell nutzt, wie, und was sie zusammen bewirken.',
    help: `Alles wird von den Spalten der Tabelle gesagt, welche Merkmale auch aus ihnen wurden: was aus einer Spalte gemacht ist, gehört zu ihr, was aus mehreren, wird gleichmäßig unter ihnen geteilt.

**Wichtigkeit durch Mischen** mischt eine Spalte nach der anderen und misst, was das kostet: Log-Verlust, oder die Wurzel des mittleren quadratischen Fehlers einer Regression. Das Intervall (95 %) gilt über Zeilen. Spalten, die dasselbe sagen, können einander vertreten, und dann scheint keine von ihnen wichtig.

**Beiträge** sind Shapley-Werte: was bei einer Zeile jede Spalte zu ihrem Wert beiträgt, sodass sie ihn zusammen ergeben. Bäume werden genau erklärt, durch pfadabhängiges TreeSHAP (gleich \`pred_contrib\` von LightGBM): was eine Auswahl nicht weiß, wird über die Trainingszeilen jedes Zweigs gemittelt. Auch lineare Modelle sind genau. Andere werden durch Stichproben von Reihenfolgen gegen 100 Zeilen der Trainingsstichprobe erklärt. Beiträge von Klassifikatoren aus Bäumen oder linearen Modellen sind Log-Odds.

**Partielle Abhängigkeit** setzt eine Spalte in bis zu 400 Zeilen auf einen Wert nach dem anderen und nimmt die mittlere Vorhersage; die dünnen Linien sind einzelne Zeilen (ICE). Sie kann Kombinationen zeigen, die nie vorkommen.

**Wechselwirkungen** sind Friedmans H-Statistik der Paare aus den fünf wichtigsten Spalten: der Anteil dessen, was zwei zusammen bewirken, der mehr ist, als jede allein. Sie ist auf 60 Zeilen geschätzt: nimm sie als Hinweis.`,
  },
  'train.forest': {
    summary: 'Trainiert einen Zufallswald oder Extra Trees.',
    help: `Mittelt viele tiefe Bäume, die sich unterscheiden, weil jede Teilung auf wenige, neu gezogene Spalten sieht, und (Zufallswald) jeder Baum auf seine eigene Ziehung der Zeilen. Ein Blatt enthält das Mittel seiner Zeilen: von einer Klasse ihren Anteil.

**Fehlende Werte müssen nicht gefüllt werden**: jede Teilung lernt, auf welche Seite sie gehen (Extra Trees ziehen sie). **Kategorien** aus einem ordinalen **Kodieren** werden als Mengen geteilt.

**Out-of-Bag-Wert.** Zeilen, die ein Baum nicht gezogen hat, prüfen ihn; mit Bootstrap zeigt das Protokoll also eine ehrliche Trefferquote oder R² ohne Prüfteil, und die Kurve den Verlust, während Bäume dazukommen.

**Mehr als zwei Klassen** sind je Klasse ein Wald auf denselben Zeilen, ihre Anteile auf die Summe 1 gebracht.

Gleiche Daten, Parameter und Startwerte geben bis aufs letzte Bit dasselbe Modell, auf jeder Maschine und mit jeder Zahl von Threads.`,
  },
  'train.gate': {
    summary: 'Lässt seinen Eingang durch, wenn eine Kennzahl gut genug ist, sonst endet dieser Zweig',
    help: `Ist die Kennzahl nicht wie verlangt, werden die Grenze und alles dahinter mit dem Grund ausgelassen; der Lauf selbst gelingt, und andere Zweige gehen weiter. Eine Kennzahl, die der Bericht nicht hat, ist ein Fehler. Zwei Grenzen mit entgegengesetzten Bedingungen sind ein *Wenn* und ein *Sonst*.

Eintragen hat eigene Grenzen, die den Lauf stattdessen scheitern lassen. Jobs eines Clusters können keinen Zweig beenden, ein Graph mit diesem Knoten wird also nur von Slipway ausgeführt.`,
  },
  'train.linear': {
    summary: 'Trainiert eine lineare, logistische, Softmax- oder Poisson-Regression.',
    help: `Passt nach größter Wahrscheinlichkeit an: lineare Regression (Ridge, wenn L2 > 0), logistische Regression für zwei Klassen, Softmax-Regression mit einem Satz Koeffizienten je Klasse für mehr.

**Spalten werden** im Modell **standardisiert**, die Strafe behandelt sie also gleich, und nichts muss vorher skaliert werden. Die Strafe ist ½ · l2 · Σ Koeffizient² + l1 · Σ |Koeffizient| gegen die Summe der Zeilenverluste (l2 ist 1 / C von scikit-learn); Achsenabschnitte sind frei.

**Löser.** Newtons Verfahren (IRLS) mit Ableitungen aus ONNX Runtime, L-BFGS ab 600 Koeffizienten; mit L1 ihre proximalen Gegenstücke. Kollineare Spalten bekommen eine kleine Ridge-Strafe, wenn es keine gibt; das Protokoll sagt es.

**Fehlende Werte** werden mit dem Namen des Merkmals abgelehnt: setze **Lücken füllen** davor. Kategorien brauchen One-Hot; Ordinalcodes würden als Mengen gelesen.

\`coefficients.json\` im Modell nennt die Koeffizienten in den Einheiten der Merkmalsspalten, mit Standardfehlern und p-Werten, wo sie bestimmt sind (keine Strafe, keine Gewichte, ein Ausgang, keine kollinearen Spalten).`,
  },
  'train.mlp': {
    summary: 'Trainiert ein voll verbundenes neuronales Netz.',
    help: `Trainiert durch Rückwärtsrechnung auf kleinen Stapeln. Vorwärtsrechnung, Gradienten und Aktualisierungen laufen als ein ONNX-Graph je Stück von Stapeln, auf den Threads des Schritts.

- **Eingänge werden im Modell standardisiert**: je Spalte, und mit einem Mittelwert und einer Abweichung für alle Spalten eines Bildes oder One-Hot-Merkmals.
- **Kategorien** eines ordinalen **Kodierens** bekommen Vektoren (Einbettungen) aus je bis zu 50 Zahlen, mit dem Rest gelernt; One-Hot wird genommen, wie es ist.
- **Verlust**: Kreuzentropie für Klassen, mittlerer quadratischer Fehler (des standardisierten Zielwerts) für Zahlen.
- **Gerät**: \`device\` des Knotens ist auto, cpu, webgpu, cuda, dml oder coreml. Auto trainiert kleine Netze auf dem Prozessor, und misst sonst die ersten Stapel auf jedem Gerät, das hier geht; Protokoll und Geräteseite sagen, was es nahm und warum.
- **Anfangsgewichte**: He vor ReLU, sonst Glorot; aller Zufall folgt aus dem Startwert.
- **Stapelnormierung** lernt aus Mittelwert und Abweichung jedes Stapels; im betriebenen Modell stecken ihre laufenden Mittel in den Gewichten. Ein kurzer letzter Stapel fällt aus einer Epoche weg.
- **Früher Abbruch** beobachtet den Verlust auf dem Prüfanteil und behält die Gewichte der besten Epoche.
- **Fehlende Werte** werden mit dem Namen des Merkmals abgelehnt: setze **Lücken füllen** davor.
- Ein Verlust, der keine Zahl mehr ist, beendet den Schritt: senke die Lernrate.`,
  },
  'train.cnn': {
    summary: 'Trainiert ein kleines Faltungsnetz auf Bildern oder Folgen.',
    help: `Faltungen ungerader Kerne mit Nullen ringsum, eine Aktivierung, und der größte Wert jedes Fensters von 2 × 2 Pixeln (2 Augenblicken einer Folge), eine nach der anderen; dann voll verbundene Schichten, zu denen andere Merkmale kommen. Nimm einen Schritt **Bild**, oder eine Spalte mit Listen einer Länge, als Eingang.

Eingänge werden im Modell standardisiert, mit einem Mittelwert und einer Abweichung für alle Pixel des Bildes. Verlust, Optimierer, Verläufe, Dropout (hinter den verdeckten Schichten), Stapelnormierung (von Faltungen je Kanal) und früher Abbruch sind die des **neuronalen Netzes**.`,
  },
  'train.cluster': {
    summary: 'Fasst ähnliche Zeilen zu Gruppen zusammen, ohne Zielwert.',
    help: `Gruppiert Zeilen nach dem Abstand ihrer Merkmale, jedes auf Mittelwert 0 und Standardabweichung 1 gebracht. Fehlende Werte werden abgelehnt: fülle sie vorher. Gruppen sind von der größten an nummeriert, ab 0.

**k-Means** (Lloyd, mit Anfängen von k-Means++) gibt eine Zeile zum nächsten Mittelpunkt. **DBSCAN** verbindet Zeilen mit genug Nachbarn im Radius mit denen, die sie erreichen; was draußen liegt, ist Rauschen, −1. Es vergleicht alle Paare von höchstens 20.000 Zeilen, gleichmäßig über die Tabelle verteilt; die anderen gehen zur Gruppe der nächsten solchen Zeile, wenn sie im Radius liegt.

**Das Modell** gibt die Gruppe als \`label\`, und als \`probabilities\`, wie nah jede ist: Softmax von −Abstand² / Streuung, die Streuung ist das Doppelte des mittleren quadratischen Abstands je Spalte (DBSCAN: ein Zehntel des Radius²). Es wird wie ein Klassifikator betrieben. Um es einzutragen, verbinde **Auswerten** mit dem Modell und der Tabelle, die hier herauskommt: das prüft, dass es im Betrieb dieselben Gruppen gibt.

Das Protokoll nennt die Größen und die Silhouette: nahe 1 bei weit getrennten Gruppen, nahe 0 bei solchen, die sich berühren.`,
  },
  'train.pca': {
    summary: 'Macht aus vielen verwandten Merkmalen wenige, die das meiste ihrer Varianz behalten.',
    help: `Bringt jede Merkmalsspalte auf Mittelwert 0 und Standardabweichung 1, findet die Richtungen, in denen sich die Zeilen am meisten unterscheiden, und gibt ihre Koordinaten. Das Protokoll sagt, welchen Anteil der Varianz jede behält.

Die Komponenten sind ein Merkmal wie jedes andere: verbinde sie mit einem Lerner, und sie werden in seinem Modell berechnet, auch im Betrieb. Die Tabelle hat die Zeilen mit ihren Komponenten, zum Ansehen.

Fehlende Werte werden abgelehnt: fülle sie vorher. Die Richtungen werden auf höchstens 50.000 Zeilen gefunden, gleichmäßig verteilt. Gleiche Daten geben bis aufs letzte Bit gleiche Komponenten; das größte Gewicht jeder Richtung ist positiv.`,
  },
  'train.anomaly': {
    summary: 'Sagt, wie ungewöhnlich eine Zeile ist, ohne Zielwert.',
    help: `Ein Isolationswald: jeder Baum trennt einige Zeilen an zufälligen Schwellen zufälliger Spalten. Was ungewöhnlich ist, wird früh vom Rest getrennt. Der Wert ist 2^(−mittlere Tiefe / durch Zufall erwartete Tiefe): nahe 1 bei klar Auffälligem, etwa 0,5 und darunter beim Rest.

Fehlende Werte werden genommen, wie sie sind (jede Teilung schickt sie auf eine zufällige Seite); die Skala spielt keine Rolle. Kategorien kodierst du am besten als je eine Spalte.

**Das Modell** gibt den Wert als \`prediction\` und wird wie eine Regression betrieben; das Protokoll nennt die Schwelle der Markierung, nach der ein Programm entscheiden kann. Um es einzutragen, verbinde **Auswerten** mit dem Modell und der Tabelle, die hier herauskommt: das prüft, dass es im Betrieb dieselben Werte gibt.

Gleiche Daten, Parameter und Startwerte geben bis aufs letzte Bit dasselbe Modell.`,
  },
  'train.forecast': {
    summary: 'Setzt Zeitreihen fort und sagt, wie gut das früher gelungen wäre.',
    help: `Setzt jede Reihe um eine Anzahl gleicher Schritte fort: der Schritt ist der übliche Abstand zweier Zeiten (oder ein Monat, ein Quartal, ein Jahr). Werte zur selben Zeit werden gemittelt, fehlende Schritte entlang einer Linie gefüllt; das Protokoll zählt beides.

| Verfahren | Vorhersage |
| --- | --- |
| Saisonal naiv | die letzte Saison nochmals: was jedes andere Verfahren schlagen muss |
| Exponentielle Glättung | Niveau, gedämpfter Trend und Saison (Holt–Winters), Gewichte für jede Reihe gewählt |
| Bäume | verstärkte Bäume auf früheren Werten, Mitteln und der Stelle in der Saison, ein Modell für alle Reihen |

**Rückschau.** Jedes Verfahren sagt von mehreren Anfängen in der Vergangenheit vorher, immer aus dem, was dort bekannt war. \`scaled_error\` ist der mittlere absolute Fehler, geteilt durch den mittleren Unterschied von Werten eine Saison auseinander: unter 1 ist besser, als die letzte Saison zu wiederholen. Automatisch nimmt das Verfahren mit dem kleinsten.

**Unten und oben** umfassen den gewählten Anteil der Fehler der Rückschau, so weit voraus oder näher.

**Das Modell** hält die Vorhersagen, gleich welchen Verfahrens: Reihe und Zeit hinein, \`prediction\`, \`lower\` und \`upper\` heraus; es wird eingetragen und betrieben wie jedes andere. Eine Zeit, bis zu der es nicht reicht, ob vergangen oder hinter dem letzten Schritt, und eine Reihe, die es nicht kennt, haben keine. Um es einzutragen, teile vor diesem Schritt nach der Zeit und verbinde **Auswerten** mit dem Modell und den späteren Zeilen; damit es nicht ausläuft, trainiere es nach Zeitplan neu.`,
  },
  'train.onnx': {
    summary: 'Nimmt ein anderswo trainiertes Modell.',
    help: `Macht ein anderswo trainiertes Modell zu einem wie jedes andere: es wird mit den Merkmalsschritten verbunden, dann ausgewertet, verglichen, eingetragen, betrieben und überwacht.

**Was es nimmt.** Entweder eine Matrix, die alle Merkmale nebeneinander in der Reihenfolge ihrer Schritte bekommt, oder je Merkmal einen Eingang, nach Namen. Zahlen mit 32 und 64 Bit und wahr/falsch werden umgewandelt. Text muss hier durch Merkmalsschritte kodiert werden; zum Ordner eines Sprachmodells der BERT-Familie gehört **Token**, das \`input_ids\` und \`attention_mask\` macht.

**Was es gibt.** Bei Klassen einen Ausgang mit einem Wert je Klasse, in der Reihenfolge der sortierten Zielwerte, oder bei zweien einen Wert der zweiten; Wahrscheinlichkeiten oder Logits. Bei einer Regression eine Zahl je Zeile. Zuordnungen von Klasse zu Wahrscheinlichkeit, wie Umwandler von scikit-learn sie schreiben, werden auch gelesen.

Wo eine \`config.json\` neben dem Modell seine Klassen nennt, wird ihre Reihenfolge geprüft.

**Auf Trainingszeilen geprüft**: dass das Modell läuft, dass seine Werte zum Zielwert passen, und dass es mit den Merkmalen verbunden dieselben gibt. Dateien bis 512 MiB, in einem Stück (keine ausgelagerten Daten).`,
  },
  'train.python': {
    summary: 'Trainiert ein Modell mit einem Python-Skript.',
    help: `Das Skript bekommt \`X\` (numpy float32, eine Zeile je Trainingszeile, eine Spalte je Merkmalsspalte), \`y\` (die Nummer der Klasse, oder den Wert), \`w\` (Zeilengewichte oder None), \`features\` (Namen der Spalten), \`classes\`, \`task\`, \`seed\` und \`threads\`. Es setzt \`model\`: ein angepasstes Modell von scikit-learn, LightGBM oder XGBoost, ein PyTorch-Modul, oder ONNX (Bytes oder ein ModelProto).

**Das Modell wird** in deiner Umgebung **zu ONNX** (skl2onnx für scikit-learn, onnxmltools für LightGBM und XGBoost, torch.onnx) und ist von da an eines wie jedes andere: mit den Merkmalsschritten verbunden, auf Trainingszeilen erprobt, ausgewertet, eingetragen und ohne Python betrieben. **Vor dem Training** wird das Skript durchgesehen: ein fehlender Umwandler wird genannt, mit dem Befehl, der ihn installiert, und ebenso ein Modell (oder ein Teil einer Pipeline, einer Suche, einer Abstimmung), für das skl2onnx keinen Umwandler hat, mit dem, was an seine Stelle treten kann. Was so nicht zu erkennen ist, wird bei der Umwandlung gesagt.

**Ohne ONNX-Form**, etwa eine Klasse von dir: stelle das auf *python*. Was \`predict\` hat (oder \`predict_proba\`, mit einer Spalte je Klassennummer), wird dann als Python-Objekt aufgehoben, und jeder Schritt und Endpunkt dieser Maschine führt es in einem eigenen Prozess desselben Pythons aus; die Merkmale laufen wie überall. So ein Modell sagt „Python“, wo immer es gezeigt wird. Es kann in keine Weiche, in keinen Cluster, in kein Bündel und in keine einzelne ONNX-Datei, läuft auf keiner Grafikkarte, und endet mit seiner Umgebung: geänderte Pakete werden gesagt, ein fehlender Interpreter ist ein Fehler. Ein Python-Objekt zu laden führt den Code darin aus, darum wird eines, das nicht hier trainiert wurde, abgelehnt, bis du \`slipway models trust NAME/VERSION\` sagst. Klassen des Skripts brauchen cloudpickle in der Umgebung.

**Python** ist deins: nenne den Interpreter einer virtuellen Umgebung, die numpy hat. Es läuft je Versuch in einem frischen Prozess, ohne die Geheimnisse der Engine, in einem vorübergehenden Ordner. \`print\` geht ins Protokoll; ein Fehler nennt die Zeile des Skripts. Der Schritt läuft nochmals, wenn sich das Skript, seine Eingänge, die Version von Python oder ein installiertes Paket ändert.

Ein Graph von anderswo fragt, bevor er ein Skript ausführt.`,
  },
  'train.recommend': {
    summary: 'Empfiehlt Artikel nach denen, die jemandem zuletzt gefielen: nächste Nachbarn, Rangfolge und Vielfalt.',
    help: `Antwortet mit einer Liste von Artikeln für jemanden, dem andere gefielen, in vier Schritten, die ein ONNX-Graph sind:

1. **Einbettung.** Die gemochten Artikel werden nachgeschlagen, und das Mittel ihrer Richtungen wird genommen. Namen, die kein Artikel sind, fehlende, und solche, die keine Trainingszeile in dieser Spalte hatte, zählen nichts.
2. **Nächste Nachbarn**, genau: der mittlere Kosinus zu den gemochten über *alle* Artikel; die nächsten \`candidates\` bleiben. Was schon gefiel, wird nicht nochmals empfohlen.
3. **Rangfolge.** Ein bedingter Logit über die Kandidaten gewichtet Nähe und die Spalten \`ranking\`. Er lernt aus dem Artikel, der als nächster gefiel, wo der ein Kandidat ist; das Protokoll nennt die Gewichte und wie oft er es ist.
4. **Vielfalt.** Die Rangfolge hinunter fällt ein Artikel weg, wenn \`perGroup\` seiner Gruppe vor ihm stehen; \`count\` werden geantwortet, oder weniger, wo die Kandidaten aus wenigen Gruppen sind: dann erhöhe \`candidates\`.

**Vorlieben** kommen als Merkmale von *Kodieren* (ordinal): eine Spalte je gemochtem Artikel, etwa \`liked_1\` bis \`liked_5\`. Erhöhe \`maxCategories\` von *Kodieren* auf die Zahl der Artikel. Aus einer Merkmalssicht durch *Merkmale verbinden* genommen, werden sie im Betrieb aus dem Online-Speicher gelesen, und eine Anfrage trägt nur den Schlüssel: \`{"rows": [{"user": "u17"}]}\`.

**Das Modell** gibt \`probabilities\` über alle Artikel, in der Reihenfolge der Artikeltabelle: der Anteil eines empfohlenen unter den Kandidaten, 0 für andere. \`scores\` des Endpunkts nennt nur die empfohlenen, die besten zuerst. Für jemanden ohne Vorlieben sind alle gleich nah: die ersten Artikel der Tabelle sind seine Kandidaten, ordne sie also nach Beliebtheit. Bis zu 5.000 Artikel.`,
  },
  'train.register': {
    summary: 'Trägt ein Modell, das seine Prüfungen bestanden hat, ins Modellverzeichnis ein.',
    help: `Gibt dem Modell die nächste Versionsnummer unter seinem Namen und bewegt den Alias dorthin. Dasselbe Modell unter demselben Namen behält seine Version, nochmals auszuführen ändert also nichts.

**Die Gleichheit gilt immer**: der Bericht muss zeigen, dass der betriebene Graph und die eigenen Werte des Lerners auf zurückgehaltenen Zeilen übereinstimmen. Ein Modell, das daran scheitert, wird nicht eingetragen, weil es anders antworten würde, als es gemessen wurde.

**Grenzen** fügen Bedingungen hinzu, die den Schritt mit der Zahl scheitern lassen, die fehlt:

| Kennzahl | was sie ist |
| --- | --- |
| jede des Berichts | \`rocAuc\`, \`rmse\` …, wie Auswerten sie maß |
| \`worstSliceRatio\`, \`worseSlices\` | Verlust auf der schlechtesten Scheibe gegen den auf allen anderen Zeilen (1: keine ist sicher schlechter), und wie viele es sind |
| \`gap.selected\`, \`gap.truePositiveRate\`, \`gap.falsePositiveRate\`, \`gap.accuracy\` | größter Unterschied zwischen Gruppen der Gruppenspalte von Auswerten |
| \`modelBytes\` | Größe des betriebenen Modells |
| \`latencyP50Ms\`, \`latencyP99Ms\` | eine Zeile, ein Thread, hier gemessen, ohne das Netz |

Eine Zahl, die dem Bericht fehlt, besteht nicht.

**Freigabe** durch eine Person: die Version wird eingetragen und wartet; die Modellseite, oder \`slipway models approve NAME VERSION\`, bewegt den Alias dorthin, mit dem Namen dessen, der entschied, und warum. Bis dahin kann kein Alias sie nennen, und ein Endpunkt des Graphen betreibt die Version, die der Alias nennt.`,
  },
  'train.search': {
    summary: 'Versucht Parameter eines Lerners und trainiert die besten auf allen Zeilen.',
    help: `Jeder Versuch trainiert die gewählte Art von Modell auf einem Teil der Zeilen und misst es auf den anderen, den Prüfzeilen. Mit den Parametern des besten Versuchs wird dann das endgültige Modell auf allen Zeilen trainiert.

**Suchraum.** Zahlen haben Grenzen und können logarithmisch gezogen werden, Auswahlen sind aufgezählt, und \`when\` lässt einen Parameter nur zusammen mit bestimmten Werten eines anderen bestehen. Namen und Grenzen werden gegen den Lerner geprüft.

**Auswahl der Versuche.** TPE beginnt mit 10 zufälligen Versuchen und zieht dann, wo gute dicht liegen und schlechte nicht. Zufällig ist ein fairer Vergleich, Gitter versucht alles.

**Abbruch** vergleicht Versuche nach dem Verlust auf Zeilen, die der Lerner selbst zurückhält (ein Zehntel der Zeilen eines Versuchs, wenn er keinen Prüfanteil hat), bei derselben Iteration; das lineare Modell hat keinen. Asynchrones Halbieren lässt das beste Viertel über jede Sprosse, Hyperband verteilt seinen Einsatz auf mehrere Anfangssprossen.

**Teile** messen jeden Versuch durch Kreuzvalidierung: langsamer, und auf kleinen Tabellen weit weniger Glückssache. Der Abbruch sieht dann auf das Mittel nach jedem Teil.

**Nebenbedingungen** halten die Suche bei Modellen, die klein, schnell zu trainieren, oder in einer zweiten Kennzahl gut genug sind.

**Zur selben Zeit.** Versuche warten auf Threads, Speicher und Grafikprozessoren des Schritts, wie Schritte auf die der Maschine. Ein Netz, dessen Gerät auto ist, trainiert auf dem Prozessor, während ein anderer Versuch den Grafikprozessor hat; eines, das ein Gerät verlangt, wartet darauf.

**Weitermachen.** Was eine Suche versucht hat, bleibt: nach einem Absturz oder Abbrechen, oder mit mehr Versuchen, geht sie von dort weiter. Mit dem Bericht einer anderen Suche an **earlier** wird aus deren Versuchen gelernt, wo Kennzahl und Suchraum es erlauben, und ihre besten Werte werden zuerst versucht.

Die Suche wählt, was auf ihren Prüfzeilen am besten ist, der Wert dort ist also etwas zu gut: werte das Modell auf Zeilen aus, die kein Versuch gesehen hat.`,
  },
  'train.trees': {
    summary: 'Trainiert durch Gradienten verstärkte Entscheidungsbäume.',
    help: `Gradient Boosting mit Histogrammen: jeder Baum berichtigt die vor ihm und teilt immer das Blatt, das den Verlust am meisten senkt. Der Verlust ist Kreuzentropie bei Klassen und quadratischer Fehler bei Zahlen, außer das Ziel ist ein Quantil, die Rate einer Anzahl (Poisson) oder die Reihenfolge der Zeilen einer Anfrage (Rangfolge).

**Fehlende Werte müssen nicht gefüllt werden**: jede Teilung lernt, auf welche Seite sie gehen. **Kategorien** aus einem ordinalen **Kodieren** werden als Mengen geteilt, nach ihren Gradienten sortiert; im Training nie gesehene gehen nach rechts.

**Nebenbedingungen.** Mit „fällt nie mit“ kann eine Vorhersage nicht fallen, wenn nur dieses Merkmal wächst: was Leute von Preisen und Risiken erwarten, und ein Schutz gegen Rauschen.

**Einstellen.** Mehr Blätter passen mehr an; weniger Blätter, mehr Zeilen je Blatt, Zeilen- und Spaltenanteil oder L2 schützen vor Überanpassung. Mit einem Prüfanteil findet sich die Zahl der Bäume von selbst, und nur die Bäume bis zum besten bleiben.

Gleiche Daten, Parameter und Startwerte geben bis aufs letzte Bit dasselbe Modell, auf jeder Maschine und mit jeder Zahl von Threads.`,
  },
  'train.ray': {
    summary:
      'Trainiert verstärkte Bäume oder ein PyTorch-Modul auf mehreren Workern von Ray, jeder auf einem Teil der Zeilen.',
    help: `Für Training, das über eine Maschine hinauswächst. Die Zeilen werden in so viele Teile geteilt, wie es Worker gibt; Ray Train führt auf jedem einen Worker aus. **Bäume** lässt LightGBM wachsen, über die Daten verteilt: jeder Worker zählt seine Zeilen, und die Zählungen werden addiert, die Teilungen sind also die aller Zeilen. **PyTorch** mittelt die Gradienten aller Worker nach jedem Stapel; das Skript bekommt \`width\`, \`features\`, \`classes\`, \`task\` und \`seed\` und setzt \`model\`, ein Modul von den Merkmalen zu Logits (ein Ausgang, oder einer je Klasse) oder zu einer Zahl.

**Wo.** Mit dem Ziel Ray sind die Worker die des Clusters, in dem der Schritt läuft; sonst wird Ray auf dieser Maschine gestartet. Merkmale werden Block für Block berechnet und weitergegeben: der Schritt selbst behält nur die zurückgehaltenen und die verglichenen Zeilen im Arbeitsspeicher. Python braucht ray[train] und lightgbm oder torch (mit onnx): nenne den Interpreter, oder SLIPWAY_PYTHON. RAY_ADDRESS schließt sich einem Cluster an, der schon läuft.

**Das Modell wird zu ONNX** und eines wie jedes andere: mit den Merkmalen verbunden, auf Trainingszeilen gegen seinen Ursprung geprüft, ausgewertet, eingetragen und ohne Python betrieben.

**Wie gut es ist.** Einige Zeilen werden zurückgehalten. Der Bericht misst das Modell auf ihnen und, als \`single.…\`, was eine Maschine aus höchstens \`compareRows\` der übrigen, zufällig gewählten Zeilen macht: unsere eigenen verstärkten Bäume mit denselben Einstellungen, oder das Modul auf einem Worker.

Ein Graph von anderswo fragt, bevor er ein Skript ausführt.`,
  },
};
