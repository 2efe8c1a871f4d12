import type { GermanKind } from './german-kind.ts';

export const featureKinds: Readonly<Record<string, GermanKind>> = {
  'feature.bucketize': {
    summary: 'Teilt Zahlen in Klassen: gleich voll, gleich breit, oder an eigenen Grenzen.',
    help: `Ersetzt eine Zahl durch die Klasse, in die sie fällt. Zu einer Klasse gehört ihre untere Grenze, nicht die obere; die erste und die letzte sind offen, jeder Wert, auch ein unendlicher, hat also eine Klasse. Grenzen und Werte werden in float32 verglichen, der Genauigkeit von Training und Betrieb.

| Verfahren | Grenzen |
| --- | --- |
| Quantil | an den Quantilen der Trainingszeilen, sodass Klassen gleich viele Zeilen haben |
| Gleiche Breite | gleich weit auseinander zwischen dem kleinsten und dem größten Trainingswert |
| Grenzen | die du angibst |

Nur endliche Trainingswerte zählen. Wo viele Zeilen einen Wert teilen, fallen Quantile zusammen, und es gibt weniger Klassen; eine Spalte mit nur einem Wert hat eine.

Fehlende Werte haben eine eigene Klasse, nach allen anderen. **Ordinal** gibt die Nummer der Klasse, ab 0, in der Reihenfolge der Werte. **One-Hot** gibt eine 0/1-Spalte je Klasse, die letzte für fehlende Werte.`,
  },
  'feature.datetime': {
    summary: 'Nimmt Kalenderteile von Zeiten: Stunde, Wochentag, Monat und so weiter.',
    help: `Berechnet Kalenderteile der *Zeitzone* (gregorianischer Kalender) mit ganzen Zahlen, im Training und im Betrieb gleich.

| Teil | Werte |
| --- | --- |
| year (Jahr) | z. B. 2001 |
| month (Monat) | 1 bis 12 |
| day (Tag) | 1 bis 31 |
| weekday (Wochentag) | 0 (Montag) bis 6 |
| dayofyear (Tag im Jahr) | 1 bis 366 |
| hour (Stunde) | 0 bis 23 |
| minute | 0 bis 59 |

**Zyklisch** gibt sin und cos von 2π · (Teil − erster) / Länge, mit den Längen 12, 31, 7, 366, 24 und 60; das Jahr bleibt eine Zahl. **Feiertage** sind eine Liste von Tagen; an einem davon ist \`NAME_holiday\` 1. Eine fehlende Zeit gibt fehlende Teile.`,
  },
  'feature.encode': {
    summary: 'Macht Kategorien zu Zahlen: Ordinalcodes oder One-Hot-Spalten.',
    help: `Lernt die Kategorien aus den Trainingszeilen, die häufigste zuerst, gleich häufige nach Namen.

**Ordinal** gibt jeder behaltenen Kategorie den Code 0, 1, 2 … Dann kommen zwei eigene Codes: einer für alle anderen Werte (im Training abgeschnitten oder nie gesehen) und einer für fehlende. Bäume teilen die Codes als Menge von Kategorien.

**One-Hot** gibt eine Spalte je behaltener Kategorie, 1 in der Spalte der Kategorie der Zeile und sonst 0. Eine Spalte für alle anderen Werte kommt dazu, wenn Trainingszeilen welche hatten, ebenso eine für fehlende; sonst sind solche Zeilen überall 0.

**Häufigkeit** gibt den Anteil der Trainingszeilen mit der Kategorie, 0 für andere, und für fehlende den Anteil der Zeilen ohne Wert.

Der leere Text ist eine Kategorie, kein fehlender Wert. Groß und Klein unterscheiden sich.`,
  },
  'feature.target': {
    summary:
      'Macht Kategorien zum mittleren Zielwert ihrer Zeilen, so gelernt, dass keine Zeile den eigenen Zielwert sieht.',
    help: `Gibt jeder Kategorie das Mittel des Zielwerts über ihre Trainingszeilen: den Anteil der zweiten Klasse (Ja/Nein), jeder Klasse (mehrere Klassen), oder das Mittel (Zahlen). Seltene Kategorien werden zum Mittel aller Zeilen gezogen: (Summe der Zielwerte + Glättung × Gesamtmittel) ÷ (Zeilen + Glättung).

**Aus anderen Teilen.** Eine Trainingszeile darf nicht aus ihrem eigenen Zielwert lernen. Also werden die Trainingszeilen in Teile gegeben, und jede bekommt, was die *anderen* Teile über ihre Kategorie sagen; eine Kategorie, die kein anderer Teil hat, bekommt deren Mittel. Das Modell wird auf diesen Werten trainiert. Im Betrieb und für zurückgehaltene Zeilen hat eine Kategorie den Wert aller Trainingszeilen. Weil Trainingszeilen eigene Werte haben, kann kein weiterer Merkmalsschritt auf dem kodierten Merkmal aufbauen: setze diesen Schritt ans Ende.

Fehlende Werte sind eine eigene Kategorie, wenn Trainingszeilen welche hatten. Nie gesehene Kategorien und die jenseits der häufigsten bekommen das Mittel aller Trainingszeilen. Der leere Text ist eine Kategorie.`,
  },
  'feature.hash': {
    summary: 'Ordnet Kategorien durch einen Hash einer festen Anzahl von Klassen zu, ohne eine Liste zu lernen.',
    help: `Gibt jedem Wert die Klasse **MurmurHash3 (32 Bit, x86) modulo der Anzahl der Klassen**. Nichts wird gelernt, ein Wert, den das Training nie sah, hat also eine Klasse wie jeder andere, und das Modell bleibt klein, wie viele Werte es auch gibt. Der Preis: Werte, die eine Klasse teilen, lassen sich nicht unterscheiden.

Text wird als UTF-8-Bytes gehasht: Groß und Klein unterscheiden sich, und der leere Text ist ein Wert. Ganze Zahlen werden als Gleitkommazahlen mit 64 Bit gehasht, der Form, in der sie ein Modell erreichen; 1 und der Text „1“ sind verschiedene Werte.

Fehlende Werte haben eine eigene Klasse, nach allen anderen. **Ordinal** gibt die Nummer der Klasse; Bäume teilen sie als Menge von Kategorien. **One-Hot** gibt eine 0/1-Spalte je Klasse, die letzte für fehlende Werte.

Der Hash ist ein Operator von ONNX Runtime (com.microsoft.MurmurHash3): eine Laufzeit, die nur die üblichen Operatoren hat, kann das Modell nicht ausführen.`,
  },
  'feature.image': {
    summary: 'Bringt Pixelwerte in den Bereich, auf dem ein Modell gut lernt.',
    help: `**Größe ändern.** Mit einer Breite oder Höhe werden Bilder zuerst darauf gebracht, im Modell: jedes neue Pixel ist das Mittel der alten ringsum, gewichtet mit einem Dreieck so breit wie die Verkleinerung (wie im Schritt *Bilder*, ohne dessen Rundung). Die andere Seite bleibt, wenn sie nicht auch angegeben ist. Ein fehlendes Pixel lässt die neuen ringsum fehlen.

**Normalisieren.** Berechnet (x / divideBy − mean) / std für jedes Pixel in float32. Fehlende Pixel bleiben fehlend.

Beides ist Teil des betriebenen Modells. Dateien entpackt der Schritt *Bilder*, in Anfragen der Endpunkt mit demselben Code: ONNX Runtime hat keinen Operator dafür.`,
  },
  'feature.expression': {
    summary: 'Berechnet Merkmale aus Formeln über Spalten, im Training und im Betrieb gleich.',
    help: `Formeln über Spalten, zeilenweise in float32 berechnet vom Graphen, der betrieben wird.

- **Spalten** nach Namen, oder in doppelten Anführungszeichen: \`"net weight"\`. **Text** in einfachen: \`'ATL'\`.
- **Rechnen** \`+ - * / %\`, Klammern; Teilen durch 0 gibt eine unendliche Zahl, \`%\` hat das Vorzeichen der linken Seite.
- **Vergleiche** \`== != < <= > >=\`, verbunden mit \`and\`, \`or\`, \`not\`. Text wird nur auf Gleichheit verglichen.
- **Funktionen** \`abs sqrt exp log floor ceil min max clip(x, low, high) coalesce(a, b, …) is_missing(x) if(condition, then, otherwise)\`. \`log\` ist der natürliche; von einer negativen Zahl fehlt er, wie \`sqrt\`.

**Fehlende Werte** bleiben beim Rechnen, in \`min\`, \`max\` und \`clip\` fehlend. Ein Vergleich mit einem ist falsch (\`!=\` wahr), ebenso ein fehlender Wert als Bedingung. \`coalesce\` nimmt den ersten Wert, der da ist; der leere Text ist da.

Bedingungen zählen 1 und 0, und Zahlen ungleich 0 gelten als wahr. Ein Ausdruck aus Texten gibt ein Textmerkmal, das eine Kodierung braucht. Ganze Zahlen über 16.777.216 werden gerundet, wie überall in float32. Namen von Merkmalen dürfen spätere Schritte verwenden, nicht andere Ausdrücke dieses Schritts.`,
  },
  'feature.cross': {
    summary: 'Verbindet die Kategorien mehrerer Spalten zu einer, etwa zwei Flughäfen zu einer Strecke.',
    help: `Schreibt die Werte nebeneinander, \`SFO × LAX\`, als ein Textmerkmal: dahinter lernt **Kodieren** die häufigen Paare, oder **Hashen** ordnet alle Klassen zu. Ein Modell kann dann wissen, was nur das Paar sagt.

Ganze Zahlen werden in Ziffern geschrieben, Ja/Nein als 1 und 0. Fehlt ein Wert, fehlt das Paar. Der leere Text ist ein Wert.`,
  },
  'feature.polynomial': {
    summary: 'Produkte von Zahlen: Quadrate, und Paare von Spalten, die zusammen zählen.',
    help: `Multipliziert Spalten in float32, Faktor für Faktor in der Reihenfolge der Spalten, im Training und im Betrieb gleich. Mit Grad 2 geben \`a\` und \`b\` \`a*a\`, \`a*b\` und \`b*b\`; mit Grad 3 auch die Produkte aus dreien. Von einer Tabelle sind die Spalten selbst nicht unter den Merkmalen: nimm sie mit Lücken füllen oder Skalieren, oder setze diesen Schritt hinter einen von beiden, dessen Merkmale bleiben.

Ein Produkt mit einem fehlenden Faktor fehlt. Skaliere für lineare Modelle und Netze vorher. Bäume finden Produkte selbst.`,
  },
  'feature.text': {
    summary: 'Macht Text aus mehreren Wörtern zu Zahlen: TF-IDF von Begriffen, oder gehashte Wörter.',
    help: `Teilt Text an Leerzeichen. Groß und Klein unterscheiden sich, und Satzzeichen gehören zu ihrem Wort: bringe Text vorher in die Form, die du willst, etwa mit \`lower(regexp_replace(remarks, '[^A-Za-z ]', ' ', 'g'))\` in einem Schritt Spalten ableiten.

**TF-IDF** lernt die Begriffe der Trainingszeilen (einzelne Wörter, Paare oder Tripel benachbarter Wörter), die der meisten Zeilen zuerst, gleiche nach Namen. Jeder Begriff hat eine Spalte: wie oft er in der Zeile vorkommt, mal ln((1 + Zeilen) / (1 + Zeilen mit ihm)) + 1. Zeilen werden dann auf Länge 1 gebracht.

**Hashing** zählt Wörter in Klassen nach MurmurHash3 modulo der Anzahl der Klassen. Nichts wird gelernt. Es ist ein Operator von ONNX Runtime, den andere Laufzeiten vielleicht nicht haben.

Fehlender Text, und Text ohne bekannten Begriff, gibt Nullen.`,
  },
  'feature.tokenize': {
    summary: 'Macht Text zu den Token-Nummern, die ein Sprachmodell nimmt.',
    help: `Für Modelle der BERT-Familie (BERT, DistilBERT, MiniLM, ELECTRA …) und der Familien von GPT-2 und RoBERTa, die in einem Ordner dieses Rechners liegen, wie *save_pretrained* von Hugging Face ihn schreibt. Nichts wird heruntergeladen. Verbinde die Merkmale mit **ONNX-Modell** und demselben Ordner: es nimmt sie nach Namen.

**WordPiece**, wie diese Modelle damit trainiert wurden: der Text wird klein geschrieben und verliert Akzente, wo der Tokenizer es sagt, wird an Leerraum und Satzzeichen geteilt, und jedes Wort von links in die längsten bekannten Stücke. Ein Wort ohne Teilung ist [UNK]. Die Einstellungen kommen aus \`tokenizer.json\`, oder aus \`vocab.txt\` mit \`tokenizer_config.json\`.

**BPE auf Bytes**, wie GPT-2, RoBERTa und BART es haben: der Text wird nach dem Muster von GPT-2 in Wörter geteilt, jedes in seine Bytes, und diese werden Paar für Paar verbunden. Es kommt aus \`tokenizer.json\`, mit den besonderen Token, die er um einen Text setzt.

**Es ist ein Teil des betriebenen Modells**: Endpunkte nehmen Text, mit denselben Token wie im Training. Der Graph nutzt einen Operator von ONNX Runtime (Tokenizer), den andere Laufzeiten vielleicht nicht haben.

**Grenzen.** Andere Tokenizer (Unigram von T5 und XLM-R, BPE mit anderem Muster oder Normalizer, wie Llama es hat) werden mit Namen abgelehnt: mache ihre Token in einem **Python**-Schritt und verbinde sie mit **ONNX-Modell**; Endpunkte nehmen dann Token. Ein Text je Zeile, keine Paare. Besondere Token im Text, etwa \`[MASK]\`, werden als Text gelesen. Von einem Text werden die ersten 16 Zeichen je Token angesehen. Buchstaben, die Unicode in mehrere zerlegt (koreanische Silben), bleiben ganz. Lange Wörter von BPE, etwa Texte ohne Leerraum, brauchen eine Runde je Rang ihrer Verbindungen. Fehlender Text hat keine Token außer den besonderen.`,
  },
  'feature.impute': {
    summary: 'Füllt fehlende Werte mit dem, was die Trainingszeilen zeigen, oder mit einer Konstanten.',
    help: `Lernt einen Füllwert je Spalte aus den Trainingszeilen und schreibt ihn in die Verarbeitung, sodass Training und Betrieb gleich füllen.

- **Median, Mittelwert, häufigster** werden über endliche Werte genommen; bei Gleichstand der kleinere.
- **Behalten** macht die Spalte nur zum Merkmal. Verstärkte Bäume kommen mit fehlenden Werten selbst zurecht.
- Unendliche Werte zählen als fehlend, außer sie werden behalten: dann gehen sie durch.
- Der leere Text ist ein Wert, kein fehlender.
- Text bleibt Text und braucht dahinter **Kodieren**.

Aus einer Spalte ohne jeden Wert lässt sich nichts lernen; nimm eine Konstante.`,
  },
  'feature.select': {
    summary: 'Behält die Merkmale, die am meisten über den Zielwert sagen, und zeigt den Wert jedes Merkmals.',
    help: `Bewertet jedes Merkmal auf den Trainingszeilen und behält die besten. Ein Merkmal aus mehreren Spalten, etwa One-Hot, bleibt oder geht als Ganzes und hat den Wert seiner besten Spalte (bei Wichtigkeit die Summe).

- **Gemeinsame Information** von Merkmal und Zielwert in Nat: 0, wenn sie unabhängig sind. Zahlen zählen nach 32 Quantilen, Zielzahlen nach 10; fehlende Werte sind ein eigener. Sie sieht jede Beziehung eines Merkmals allein, keine von zweien zusammen.
- **Wichtigkeit** ist der Anteil der Verlustminderung, den 50 verstärkte Bäume dem Merkmal verdanken. Von zwei Merkmalen, die dasselbe sagen, bekommt eines das meiste.
- **Varianz** der vorhandenen Werte. Sie hängt von der Einheit ab: skaliere vorher, oder wirf damit weg, was sich nie ändert.

Bei Gleichstand gewinnt, was zuerst kommt. Was geht, wird aus dem betriebenen Graphen genommen, und Spalten, die kein behaltenes Merkmal braucht, gehören nicht mehr zur Anfrage.`,
  },
  'feature.join': {
    summary: 'Fügt jeder Zielzeile die Merkmale an, die zu ihrer Zeit bekannt waren, und keine späteren.',
    help: `Findet für jede Zielzeile und jede Sicht die Zeile der Sicht, die **zur Zeit des Zielwerts** die Antwort war: von den Zeilen desselben Dings mit einer Ereigniszeit nicht nach der des Zielwerts, und damals bekannt, die mit der spätesten. Ihre Werte werden angefügt, oder keine, wenn sie älter ist als die Gültigkeitsdauer der Sicht.

Verbinde Sichten, oder einen Merkmalsdienst: er steht für die Merkmale, die er aus seinen Sichten wählte, und das Modell, das aus ihnen lernt, merkt sich seine Version.

- Nichts sickert durch: eine Zeile zählt ab ihrer Ereigniszeit, und, wo die Sicht eine Zeit des Bekanntwerdens hat, erst ab da. Eine spätere Korrektur gilt nicht für frühere Zielwerte.
- Zielzeilen bleiben: alle, in ihrer Reihenfolge, auch gleiche, mit allen Spalten. Ohne Treffer fehlen Merkmale.
- Ein Wert, der in der geltenden Zeile fehlt, fehlt; eine ältere springt nicht ein.
- Schlüssel müssen auf beiden Seiten denselben Typ haben.

Ohne verbundene Zielwerte sind die Zeilen die Dinge der ersten Sicht, die ein Ereignis zwischen *Von* und *Bis* (beide eingeschlossen) haben, in der Reihenfolge ihrer Schlüssel, jedes mit den bei *Bis* bekannten Merkmalen.

Dieselbe Regel beantwortet eine Nachfrage im Online-Speicher, ein Modell wird also mit dem betrieben, worauf es trainiert wurde. Die Zeilen, die herauskommen, sind Trainings- oder Testzeilen, wie es die Zielwerte waren.`,
  },
  'feature.scale': {
    summary: 'Bringt Zahlen in einen gemeinsamen Bereich, gelernt aus den Trainingszeilen.',
    help: `Berechnet (x − Mitte) / Streuung in float32, der Genauigkeit von Training und Betrieb.

| Verfahren | Mitte | Streuung |
| --- | --- | --- |
| Standard | Mittelwert | Standardabweichung (der Gesamtheit) |
| Min–Max | Minimum | Maximum − Minimum |
| Robust | Median | drittes Quartil − erstes Quartil |

**Quantil** gibt den Anteil der Trainingswerte darunter, von 0 bis 1: gerade Linien zwischen bis zu 256 Quantilen, außerhalb 0 und 1. **Normalquantil** gibt den Wert einer Standardnormalverteilung mit diesem Anteil darunter, zwischen −5,2 und 5,2. **Potenz** wendet die Potenz von Yeo und Johnson an, die die Trainingswerte der Normalverteilung am ähnlichsten macht, dann Mittelwert 0 und Standardabweichung 1; sie wird auf ihren Quantilen gefunden und in float64 berechnet.

Die Zahlen kommen aus endlichen Werten der Trainingszeilen. Eine Spalte mit nur einem Wert hat Streuung 1. Fehlende Werte bleiben fehlend, unendliche unendlich; Werte außerhalb des Trainingsbereichs werden nicht abgeschnitten. Bäume brauchen diesen Schritt nicht.`,
  },
  'feature.view': {
    summary: 'Sagt, was eine Tabelle von Merkmalswerten bedeutet: wessen sie sind, ab wann, und wie lange.',
    help: `Eine **Merkmalssicht** ist eine Tabelle mit einem Versprechen: ab ihrer *Ereigniszeit* hatte das Ding mit diesen *Schlüsseln* diese *Merkmalswerte*. Verbinde sie mit Merkmale verbinden mit Zielwerten, und schlage sie online unter ihrem Namen nach: beides liest dieselben Zeilen nach derselben Regel, ein Modell wird also auf dem trainiert, was es bekommen wird.

- **Schlüssel** benennen das Ding: ganze Zahlen, Text, Ja/Nein oder Zeiten. 1 und der Text „1“ sind verschiedene Dinge.
- **Ereigniszeit** ist, wann ein Wert zu gelten beginnt. In jedem Augenblick ist der Wert eines Dings der seiner Zeile mit der spätesten Ereigniszeit, die nicht in der Zukunft liegt.
- **Bekannt seit** ist, wann eine Zeile bekannt wurde, wenn das später als ihr Ereignis sein kann: die Verspätung eines Flugs ist bekannt, wenn er landet. Eine Zeile zählt erst ab da, das Training sieht also nie, was noch nicht bekannt war. Von zwei Zeilen mit einer Ereigniszeit gewinnt die später bekannte, von gleichen die letzte.
- **Gültigkeitsdauer** ist, wie lange nach ihrem Ereignis eine Zeile verwendet werden darf; ist die späteste zu alt, gibt es keinen Wert, auch wenn es eine noch ältere gibt.

Zeilen ohne Ereigniszeit oder Schlüssel bleiben in der Tabelle und werden nie gefunden.`,
  },
  'feature.service': {
    summary:
      'Fasst Merkmale mehrerer Sichten unter einem Namen und einer Version zusammen; damit werden Modelle trainiert und betrieben.',
    help: `Ein **Merkmalsdienst** ist, worauf Modelle trainiert werden: eine benannte Auswahl von Merkmalen aus einer oder mehreren Sichten. Verbinde ihn mit *views* von Merkmale verbinden, statt der Sichten selbst. Ein zweites Modell braucht keine eigenen Merkmale: gib seine Zielwerte einem weiteren Merkmale verbinden mit demselben Dienst.

- Ein Modell merkt sich den Dienst und die Version, mit der es trainiert wurde. Sein Endpunkt sagt sie mit jeder Antwort (\`slipway-features: VIEW;version="…";service="NAME@2"\`), und die Merkmalsseite zeigt, welche Modelle welche Version verwenden.
- \`POST /features/get-online-features\` nimmt \`"feature_service": "NAME"\` (die neueste Version) oder \`"NAME@2"\` statt einer Liste von Merkmalen.
- Eine **Version** ist ein Versprechen: Schlüssel, Zeiten, Gültigkeitsdauern und Merkmale ihrer Sichten. Solange kein eingetragenes Modell sie verwendet, kann sie geändert werden. Danach braucht eine andere Auswahl eine neue Version: ein Lauf, der sie ändern würde, scheitert und nennt die freie Nummer. Neuere Zeilen der Sichten sind keine Änderung.`,
  },
  'feature.shared-service': {
    summary:
      'Nimmt einen Merkmalsdienst, den ein anderer Graph gemacht hat, sodass ein zweites Modell keine eigenen Merkmale braucht.',
    help: `Verbinde ihn mit *views* von Merkmale verbinden, und die Zielwerte dieses Graphen mit dessen *labels*: die Merkmale sind die, die der andere Graph zuletzt gemacht hat, verbunden zur Zeit jedes Zielwerts.

- \`NAME@VERSION\` bleibt bei dem, was diese Version verspricht. \`NAME\` allein nimmt die neueste, wenn der Graph läuft.
- Hat der andere Graph neuere Zeilen gemacht, oder eine neuere Version, nach der nur mit Namen gefragt ist, sagt es der Plan, und die Schritte dahinter laufen nochmals. Hefte den Knoten an, um die Zeilen seines letzten Laufs zu behalten.
- Das Modell merkt sich den Dienst und seine Version, und seine Herkunft reicht bis zu den Quellen des anderen Graphen. Sein Endpunkt liest dieselben Sichten online.
- Der Dienst wird im Datenordner dieser Engine gesucht. Pods haben keinen, ein solcher Graph wird also nicht exportiert: führe ihn mit \`slipway run\` aus, oder setze die Schritte Merkmalssicht und Merkmalsdienst hinein.`,
  },
};
