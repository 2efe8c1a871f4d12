/** What the engine says about monitors and alerts: its English, and the German of it with the same slots. */
export const monitoringMessages: Readonly<Record<string, string>> = {
  'Rows as a whole differ from training rows (told apart with ROC AUC {1}).':
    'Die Zeilen als Ganzes weichen von den Trainingszeilen ab (zu unterscheiden mit ROC AUC {1}).',
  'Estimated performance ({1}) is {2}; on held-out rows it was {3}.':
    'Die geschätzte Güte ({1}) ist {2}; auf zurückgehaltenen Zeilen war sie {3}.',
  'Realized performance ({1}) is {2}; on held-out rows it was {3}.':
    'Die gemessene Güte ({1}) ist {2}; auf zurückgehaltenen Zeilen war sie {3}.',
  'requests do not carry it': 'Anfragen tragen sie nicht',
  'has no value at all': 'hat gar keinen Wert',
  '{1} outside {2} to {3}': '{1} außerhalb von {2} bis {3}',
  '{1} new values ({2}) in {3}': '{1} neue Werte ({2}) in {3}',
  '{1} of its times lie more than a day in the future': '{1} ihrer Zeiten liegen mehr als einen Tag in der Zukunft',
  'The comparison ended without an answer.': 'Der Vergleich endete ohne Antwort.',
  'were slower than {1} ms': 'waren langsamer als {1} ms',
  failed: 'sind gescheitert',
  'any number': 'beliebig viele',
  '{1} min': '{1} min',
  '{1} days': '{1} Tage',
  '{1} of {2} requests of the last {3} {4*}; {5} may. The budget is spent {6} times too fast over {7}, {8} times over {9}.':
    '{1} von {2} Anfragen der letzten {3} {4}; {5} dürfen. Das Budget wird über {7} {6}-mal zu schnell verbraucht, über {9} {8}-mal.',
  'Failures since the start: {1}.': 'Ausfälle seit dem Start: {1}.',
  "The model's workers are {1} busy; the limit is {2}.":
    'Die Worker des Modells sind zu {1} ausgelastet; die Grenze ist {2}.',
  'The processors are {1} busy; the limit is {2}.': 'Die Prozessoren sind zu {1} ausgelastet; die Grenze ist {2}.',
  'Memory is {1} busy; the limit is {2}.': 'Der Arbeitsspeicher ist zu {1} belegt; die Grenze ist {2}.',
  'The graphics processor is {1} busy; the limit is {2}.':
    'Der Grafikprozessor ist zu {1} ausgelastet; die Grenze ist {2}.',
  '{1} rows wait; {2*} may.': '{1} Zeilen warten; {2} dürfen.',
  'The newest values of {1} are {2*} old; they hold for {3*}.':
    'Die neuesten Werte von {1} sind {2} alt; sie gelten {3}.',
  'The last request came before {1} UTC.': 'Die letzte Anfrage kam vor {1} UTC.',
  'The table of labels has no column “{1}”.': 'Die Tabelle der Zielwerte hat keine Spalte „{1}“.',
  '“{1}” is no input of the model, so no request can be found by it.':
    '„{1}“ ist keine Eingabe des Modells; danach ist also keine Anfrage zu finden.',
  'Use id or one of {1}.': 'Nutze id oder eine von {1}.',
  'There is no row from {1} on to send.': 'Es gibt keine Zeile ab {1} zu senden.',
  'Choose an earlier time.': 'Wähle eine frühere Zeit.',
  'the last {1} requests': 'den letzten {1} Anfragen',
  '{1} requests with {2} from {3} to {4} UTC': '{1} Anfragen mit {2} von {3} bis {4} UTC',
  '{1} of {2} inputs differ from the training data in {3*}.':
    '{1} von {2} Eingaben weichen in {3} von den Trainingsdaten ab.',
};
