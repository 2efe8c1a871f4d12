import type { ErrorHelp } from '../../../shared/docs/error-help.ts';

/** German help by the first part of an error code. */
export const germanErrorHelp: Readonly<Record<string, ErrorHelp>> = {
  graph: {
    title: 'Der Graph oder seine Datei',
    text: 'Die Datei ist nicht da, ist kein Graph, stammt von einem neueren Slipway oder wurde anderswo geändert. Die Problemliste (in der Statusleiste) führt zu jedem Knoten und Feld. Eine Datei einer neueren Version öffnet sich nur zum Lesen: aktualisiere Slipway oder speichere eine Kopie. Eine anderswo geänderte Datei lässt sich vor dem Speichern mit deiner vergleichen.',
  },
  params: {
    title: 'Eine Einstellung',
    text: 'Eine Einstellung hat einen Wert, den sie nicht haben kann, oder keinen. Das Feld sagt, was es nimmt. Ein Graphparameter oder Geheimnis, das eine Einstellung nennt, muss es geben.',
  },
  trust: {
    title: 'Vertrauen',
    text: 'Der Graph kommt von anderswo und würde Code ausführen, schreiben oder andere Maschinen erreichen. Sieh in der Leiste über der Fläche nach, was er täte, dann vertraue ihm oder lass es. Ein Modell, das Python ausführt und das nicht hier trainiert wurde, ist ein Python-Objekt, dessen Laden Code ausführt: slipway models trust sagt, dass es darf.',
  },
  cli: {
    title: 'Die Befehlszeile',
    text: 'Der Befehl wurde nicht verstanden. slipway BEFEHL --help zeigt, was er nimmt.',
  },
  data: {
    title: 'Daten',
    text: 'Eine Datei, Tabelle oder Spalte ist nicht da, nicht lesbar oder von anderem Typ; oder eine Abfrage hat einen Fehler. Prüfe den Pfad auf der Maschine der Engine (nicht dieses Fensters), die Spalten unter Ports und die ersten Zeilen in der Vorschau. Daten, die ihre Erwartungen brechen, werden mit den Zeilen gezeigt.',
  },
  train: {
    title: 'Training',
    text: 'Zielwerte oder Zeilen erlauben kein Modell: nur eine Klasse, fehlende Zielwerte, fehlende Werte in Merkmalen, oder keine Zeilen nach Filtern. Sieh dir das Profil des Eingangs an. Ein Training, das auseinanderläuft, will eine kleinere Lernrate oder skalierte Merkmale.',
  },
  features: {
    title: 'Merkmale',
    text: 'Merkmalsspalten unterscheiden sich zwischen Training und Betrieb, es wurde aus Zeilen des falschen Teils gelernt, oder dem Online-Speicher fehlt, was eine Anfrage braucht. Bringe die Merkmalssicht neu online; gib zurückgehaltene Zeilen der Auswertung, nie einem Lerner.',
  },
  model: {
    title: 'Modelle',
    text: 'Kein Modell mit diesem Namen und dieser Version, oder eines, das nicht eingetragen werden darf: eine Grenze sagte nein, oder das betriebene Modell gibt andere Werte als das trainierte. Der Bericht zeigt den Unterschied; eine Grenze nennt die Zahl, die sie will.',
  },
  request: {
    title: 'Anfragen',
    text: 'Eine Anfrage an einen Endpunkt hat nicht die Form, die das Modell nimmt, ist zu groß oder verlangt, was der Endpunkt nicht kann. Die Meldung nennt Zeile oder Tensor. Versuche es auf der Seite des Endpunkts, die eine richtige Anfrage bildet.',
  },
  serve: {
    title: 'Betrieb',
    text: 'Der Endpunkt ist nicht bereit, ist voll oder konnte nicht starten. Voll heißt mehr Anfragen, als er rechtzeitig beantworten kann: füge Worker hinzu oder größere Stapel. Ein anderer Rechner als dieser braucht Schlüssel.',
  },
  bench: {
    title: 'Lasttest',
    text: 'Die Adresse war nicht erreichbar. Starte zuerst den Endpunkt und gib seine HTTP-Adresse an.',
  },
  port: {
    title: 'Ports',
    text: 'Ein anderes Programm hört auf diesem Port. Wähle einen anderen, oder 0 für irgendeinen freien.',
  },
  disk: {
    title: 'Platte',
    text: 'Der Datenordner ist voll oder nicht beschreibbar. Gib mit slipway artifacts gc Platz frei, oder wähle mit --data-dir einen anderen.',
  },
  store: {
    title: 'Der Speicher',
    text: 'Läufe und Ergebnisse ließen sich nicht öffnen oder erreichen: der Ordner gehört jemand anderem, die Datenbank ist von einer neueren Version, oder der Objektspeicher lehnte ab. slipway doctor sagt, was nicht stimmt.',
  },
  artifact: {
    title: 'Ergebnisse',
    text: 'Ein Ergebnis wurde freigegeben oder ist beschädigt. Führe den Schritt nochmals aus: was fehlt, wird neu gemacht, der Rest verwendet, wie er ist.',
  },
  run: {
    title: 'Läufe',
    text: 'Diese Engine kennt den Lauf nicht, oder er wurde angehalten. Was fertig war, bleibt und wird vom nächsten Lauf verwendet.',
  },
  step: {
    title: 'Schritte',
    text: 'Ein Schritt scheiterte, hatte nicht genug Speicher oder Zeit, oder sein Prozess endete. Sein Protokoll hat die Einzelheiten; eine kleinere Stichprobe oder weniger gleichzeitige Schritte brauchen weniger Speicher. Andere Zweige gingen weiter.',
  },
  environment: {
    title: 'Diese Maschine',
    text: 'Etwas, das der Schritt braucht, ist nicht installiert oder nicht erreichbar. slipway doctor zählt auf, was diese Maschine kann.',
  },
  export: {
    title: 'Export',
    text: 'Das Ziel kann einen Teil des Graphen nicht ausdrücken, oder es gibt kein Modell für das Bündel. Die Meldung nennt den Knoten; ein anderes Ziel nimmt ihn vielleicht.',
  },
  bundle: {
    title: 'Bündel',
    text: 'Der Ordner enthält kein Bündel, oder eines, das von Hand geändert wurde. Exportiere nochmals.',
  },
  cluster: {
    title: 'Cluster',
    text: 'Der Cluster war nicht erreichbar, lehnte ab, oder jemand anderes hat ein Objekt geändert. Prüfe Kontext und Rechte mit slipway doctor --context NAME.',
  },
  auth: {
    title: 'Schlüssel',
    text: 'Die Anfrage hat keinen oder einen falschen Schlüssel. Die Schlüssel eines Endpunkts stehen in seinen Einstellungen; die Adresse der App trägt ihr Token selbst.',
  },
  key: {
    title: 'Schlüssel von Endpunkten',
    text: 'Kein Schlüssel dieses Namens, oder einer, der zurückgenommen wurde. Sieh die Schlüssel des Endpunkts durch und mache wo nötig einen neuen.',
  },
  protocol: {
    title: 'Protokoll',
    text: 'Eine Nachricht wurde nicht verstanden. Bringe beide Seiten auf dieselbe Version von Slipway.',
  },
  alert: {
    title: 'Alarme',
    text: 'Der Alarm ist nicht mehr bekannt. Die Monitorseite zeigt die, die es sind.',
  },
  loop: {
    title: 'Nachtraining',
    text: 'Es gibt nichts zu entscheiden: das Nachtraining ist weiter. Seine Geschichte steht auf der Monitorseite.',
  },
  internal: {
    title: 'Ein Fehler von Slipway',
    text: 'Das sollte nicht geschehen. Kopiere die Einzelheiten und melde sie; dein Graph bleibt, wie er ist, und nicht gespeicherte Arbeit kommt beim nächsten Start wieder.',
  },
};
