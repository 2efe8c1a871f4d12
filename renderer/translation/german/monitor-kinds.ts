import type { GermanKind } from './german-kind.ts';

export const monitorKinds: Readonly<Record<string, GermanKind>> = {
  'monitor.drift': {
    summary: 'Vergleicht, was ein Endpunkt gefragt wird, mit dem, worauf sein Modell trainiert wurde',
    help: `Vergleicht jede Eingabespalte der letzten \`windowRows\` Anfragen mit den Trainingsdaten, die beim Modell liegen.

**Zahlen** werden mit dem Zweistichprobentest von Kolmogorow und Smirnow verglichen, **Kategorien** (Text, wahr/falsch) mit dem Zweistichproben-Chi²-Test auf der Tabelle der Anzahlen, seltene zusammengenommen. Beide berücksichtigen die Größe *beider* Stichproben: ein kleines Fenster löst keine falschen Alarme aus.

**Viele Spalten.** Die p-Werte eines Fensters werden zusammen nach Benjamini und Hochberg zur Rate \`alpha\` beurteilt, mehr Spalten heißen also nicht mehr falsche Alarme.

**Andere Verfahren.** \`distance\` beurteilt den Wasserstein-Abstand von Zahlen und den Jensen-Shannon-Abstand von Kategorien: Verschiebung ist mindestens 0,1 und mehr, als Zufall bei diesen Größen gibt, gefunden durch wiederholtes Ziehen aus der Vergleichsstichprobe. \`evidently\` gibt Tests, Zahlen und feste Schwellen der Vorgabe von Evidently, mit ihren falschen Alarmen in kleinen Fenstern; nimm es zum Vergleichen.

**Alarm.** Ein verschobenes Fenster ist keiner: \`alarmWindows\` der letzten \`lastWindows\` sind einer. Fenster folgen hier aufeinander, alle \`windowRows\` Anfragen. Unabhängig davon meldet ein Fenster, in dem eine Spalte mit den Trainingsdaten wenig gemein hat (ein Unterschied von mindestens 0,8, den Zufall seltener als einmal in einer Million Fenster gibt), sofort einen dringenden Alarm: ihre Quelle hat Codes oder Einheiten geändert, oder ist kaputt.

**Fenster nach Ereigniszeit.** Mit \`eventTime\` ist ein Fenster eine Spanne von \`windowSeconds\` dieser Eingabe, wie auch immer ihre Zeilen kommen: durcheinander, stoßweise, von mehreren Sendern. Wie in einem Strom wird ein Fenster geschlossen und beurteilt, sobald eine Zeile gekommen ist, die \`latenessSeconds\` später als sein Ende liegt; Zeilen, die danach kommen, bleiben draußen, werden gezählt, und die Seite nennt ihre Fenster. Zeilen ohne Zeit, oder mit einer mehr als einen Tag nach der Anfrage, werden auch gezählt. Ein Fenster mit weniger als \`minimumRows\` Zeilen hat kein Urteil und lässt den Alarm, wie er ist. Höchstens 64 Fenster sind zugleich offen. Zeilen, die das Protokoll verließen, bevor der Monitor sie las, haben keine Ereigniszeit mehr und werden beurteilt, wie sie kamen.

**Vorher und jetzt.** Jedes Fenster wird mit den Trainingsdaten und den \`rollingWindows\` Fenstern davor verglichen: eine Spalte, die vom Training abweicht, aber nicht von den Fenstern davor, hat sich bleibend oder langsam verschoben.

**Ganze Zeilen.** Verstärkte Bäume versuchen, das Fenster von Trainingszeilen zu unterscheiden (kreuzvalidierte ROC AUC gegen das, was zufällig verteilte Zielwerte geben), und Hauptkomponenten der Trainingsdaten beschreiben das Fenster (Permutationstest des Fehlers).

**Texte und Bilder** werden mit Zahlen über jedes verglichen: Länge, Wörter, Anteil der Wörter, die das Training nicht kannte, Buchstaben und Ziffern; Helligkeit, Kontrast und Schärfe. **Vorhersagen** werden mit denen auf zurückgehaltenen Zeilen verglichen, wo ein Gütemonitor den Bericht hat.

**Große Fenster.** Ein Fenster von mehr als 10.000 Zeilen wird als Skizzen (Quantile und Anzahlen) gehalten, während es sich füllt: der Speicher bleibt bei jeder Größe gleich, und die Skizzen mehrerer Replikate addieren sich.

**Niemand hat hingesehen?** Zeilen, die das Protokoll von 10.000 verlassen, bevor der Monitor sie las, gehen in Skizzen und werden beurteilt, wenn er wiederkommt: keine Lücke.

**Zu wenige Zeilen** ist ein eigener Zustand, nie ein Urteil. Zeitspalten werden nicht verglichen: Zeit geht immer weiter. Kurze Listen von Zahlen auch nicht.

Die Wärmekarte zeigt die Größe des Unterschieds, von 0 (gleich) bis 1 (nichts gemein): die größte Lücke zwischen den Verteilungsfunktionen bei Zahlen, den Abstand der Anteile über den Zufall hinaus bei Kategorien.`,
  },
  'monitor.performance': {
    summary: 'Schätzt die Güte eines Endpunkts, bevor Zielwerte kommen, und misst sie, sobald sie da sind',
    help: `Beurteilt das Modell Fenster um Fenster, gegen das, was es auf den zurückgehaltenen Zeilen des verbundenen Berichts leistete.

**Geschätzte** Güte braucht keine Zielwerte. Bei Klassen folgt sie aus den Werten, auf den zurückgehaltenen Zeilen kalibriert (confidence-based performance estimation); bei Zahlen lernen verstärkte Bäume, wie groß der Fehler wo ist (direct loss estimation). Sie sieht, wenn Eingaben schwerer werden. Sie kann nicht sehen, dass *dieselben* Eingaben nun etwas anderes bedeuten: dafür gibt es die gemessene Güte.

**Wie weit liegt eine Schätzung daneben?** Gemessen am Beispiel \`flight-delays\`, an Wochen von je 20.000 Flügen, die das Modell nicht kannte: geschätzte und gemessene ROC AUC unterscheiden sich über acht Wochen im Mittel um 0,017 und höchstens um 0,035, und in fünf Wochen liegt die gemessene im Band der Schätzung. In zwei der drei anderen ist der Anteil der Verspätungen etwa wie erwartet, aber dieselben Werte trennen verspätete Flüge schlechter von anderen: die Bedeutung der Eingaben hat sich geändert, was Werte allein nicht zeigen können.

**Gemessene** Güte nutzt Zielwerte, an \`POST /v1/feedback\` gesendet als \`{"id": …, "label": …}\`; \`id\` ist die der Antwort, mit \`/ZEILE\` (ab 0) dahinter, wo die Anfrage mehrere Zeilen hatte. Zielwerte dürfen spät, doppelt (der letzte zählt), durcheinander oder vor ihrer Anfrage kommen. Ein Fenster wird beurteilt, wenn 80 % davon Zielwerte haben. \`slipway feedback DATEI --url URL\` sendet die Zielwerte einer Datei.

**Zielwerte aus einer Tabelle**: verbinde eine Datei, eine Abfrage oder eine Datenbank mit \`labels\`. Alle \`labelMinutes\` laufen die Schritte davor auf ihren Quellen, wie sie dann sind, und ihre Zeilen werden mit den Anfragen über \`labelKeys\` verbunden: über die id der Antwort oder über Eingaben des Modells, die den Fall benennen (\`flight\`, \`date\`). Von mehreren Zeilen zu einer Anfrage zählt die letzte.

**Eine geänderte Bedeutung** wird getrennt von der Datenverschiebung genannt: gemessene Güte sicher unter dem, was die Werte erwarten lassen, während kein Verschiebungsmonitor des Endpunkts im Alarm ist, heißt, dass dieselben Eingaben nun etwas anderes bedeuten. **Kalibrierung** wird Fenster um Fenster gezeigt: der Anteil, den die Werte erwarten lassen, gegen den, der kam.

Beide kommen mit Bändern von 95 %: was die Zahl der Zeilen offen lässt, und bei Schätzungen auch, wie weit sie von Zehntel zu Zehntel der zurückgehaltenen Zeilen danebenlagen, denn Tage haben etwas gemein, was die Werte nicht wissen. **Ausschnitte** (häufige Werte und Viertel jeder Spalte) werden auf den neuesten Anfragen mit Zielwert gemessen. Ein Fenster ist **abgefallen**, wenn es um mehr als \`maximumDrop\` schlechter ist als das beste zurückgehaltene Ergebnis, und sein ganzes Band auch: kleine Fenster streuen. Der Alarm ist an nach \`alarmWindows\` der letzten \`lastWindows\` Fenster.`,
  },
  'monitor.retrain': {
    summary:
      'Trainiert das Modell auf frischen Anfragen mit Zielwert neu, wenn es schlechter wird, und bringt das bessere in Betrieb',
    help: `Schließt den Kreis: der Trainingsteil dieses Graphen (Merkmale, Lerner, Auswertung, Eintragen) läuft nochmals auf Anfragen, deren Zielwerte gekommen sind, und das bessere Modell geht in Betrieb. Braucht einen **Gütemonitor** am selben Endpunkt, und für den Auslöser Verschiebung einen **Verschiebungsmonitor**.

1. Ein **Auslöser** schlägt an; mehrere zugleich geben ein Nachtraining. Nach jedem ist Ruhe (\`cooldownMinutes\`), höchstens \`budgetPerDay\` am Tag, und nach einem, das nicht half, wird auf doppelt so viele neue Zielwerte gewartet.
2. Die **Güteschranke** sieht auf die Zeilen mit Zielwert: genug davon, von jeder Klasse, keine leere Spalte.
3. Die neuesten \`holdoutRows\` werden zurückgehalten; auf den Zeilen davor wird trainiert. Das neue Modell wird mit dem Alias \`challenger\` eingetragen, Gleichheitsprüfung eingeschlossen.
4. **Challenger und Champion** werden auf den zurückgehaltenen Zeilen durch einen gepaarten Bootstrap-Test verglichen.
5. Mit \`approval\`, oder wo der Registrieren-Knoten es verlangt, entscheidet eine Person: auf der Monitorseite, auf der Modellseite oder mit \`slipway models approve\`. Eine Version, die jemand abgelehnt hat, geht nicht live, wenn das Training sie wieder ergibt.
6. **Canary**: der Challenger bearbeitet Kopien der Anfragen, dann beantwortet er 10 % und 50 % davon, je bis er \`stageRows\` Zeilen bearbeitet hat und \`stageMinutes\` vergangen sind. Scheitert er oder ist weit langsamer, wird er sofort zurückgenommen.
7. Das bessere wird **befördert**: es bekommt den Alias des Knotens Eintragen und übernimmt am Endpunkt ohne Lücke. Ein Modell aus wenigen Anfragen seit einer Änderung ist vorläufig: es wird neu trainiert, sobald sie sich verdoppelt haben, und weicht seinem Nachfolger, außer der ist wahrscheinlich schlechter.
8. Es bleibt auf **Bewährung**, bis \`holdoutRows\` seiner eigenen Anfragen Zielwerte haben: wäre das Modell davor auf ihnen sicher besser gewesen, wird es **zurückgenommen**.

Was auch scheitert, der Champion bleibt. Jede Entscheidung wird mit ihren Zahlen aufbewahrt.`,
  },
  'monitor.system': {
    summary: 'Beobachtet Raten, Fehler, Latenz, Schlange und Maschine eines Endpunkts gegen seine Dienstziele',
    help: `Beobachtet, wie ein Endpunkt läuft, getrennt davon, wie gut sein Modell ist.

**Ziele.** Ein Anteil der Anfragen muss beantwortet werden (\`availability\`), und ein Anteil davon rechtzeitig (\`latencyShare\` in \`latencyMs\`). Was scheitern darf, ist das Fehlerbudget. Die **Brennrate** sagt, wie viel schneller als erlaubt es verbraucht wird. Ein dringender Alarm braucht das 14,4-Fache über 1 h und über 5 min, eine Warnung das 6-Fache über 6 h und über 30 min: das lange Fenster sagt, dass es zählt, das kurze, dass es noch anhält. Weniger als 5 schlechte Anfragen sind kein Alarm. Anfragen, die falsch gestellt waren (4xx), verbrauchen nichts; solche, die wegen voller Schlange abgelehnt wurden, schon.

**Auslastung** ist das am stärksten Ausgelastete von Workern des Modells, Prozessoren, Speicher und Grafikprozessor; sie und die Schlange lösen nach 5 Minuten über ihrer Grenze einen Alarm aus. **Veraltete Merkmale**: die neuesten Werte einer Merkmalssicht, die der Endpunkt nachschlägt, sind älter als die Gültigkeitsdauer der Sicht. **Stille**: keine Anfrage seit \`silenceMinutes\`.

Die Monitorseite zeigt Raten, Latenz, Fehler nach Grund, Stapelgröße, Kosten und die Maschine, Minute um Minute für sechs Stunden; Minuten überstehen einen Neustart. Dieselben Zahlen stehen auf \`/metrics\`, und ein Export schreibt dieselben Brennraten als Prometheus-Regeln.`,
  },
};
