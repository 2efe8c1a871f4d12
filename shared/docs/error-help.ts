export interface ErrorHelp {
  title: string;
  /** What kind of trouble it is, and what helps; plain sentences. */
  text: string;
}

/** Help by the topic of an error code: `data` for `data.column-missing`. The message itself names the thing. */
export const errorHelp: Readonly<Record<string, ErrorHelp>> = {
  graph: {
    title: 'The graph or its file',
    text: 'The file is not there, is no graph, was made by a newer Slipway, or was changed elsewhere. The problems list (in the status bar) leads to each node and field. A file of a newer version opens read-only: update Slipway, or save a copy. A file changed elsewhere can be compared with yours before you save.',
  },
  params: {
    title: 'A setting',
    text: 'A setting has a value it cannot have, or misses one. The field says what it takes. A graph parameter or a secret that a setting names must exist.',
  },
  trust: {
    title: 'Trust',
    text: 'The graph comes from elsewhere and would run code, write, or reach other machines. Look at what it would do in the bar above the canvas, then trust it or leave it. A model that Python runs and that was not trained here is a Python object whose loading runs code: slipway models trust says that it may.',
  },
  cli: {
    title: 'The command line',
    text: 'The command was not understood. slipway COMMAND --help shows what it takes.',
  },
  data: {
    title: 'Data',
    text: 'A file, table or column is not there, cannot be read, or is of another type; or a query has an error. Check the path on the machine of the engine (not of this window), the columns in the Ports tab, and the first rows in Preview. Data that breaks its expectations is shown with the rows that broke them.',
  },
  train: {
    title: 'Training',
    text: 'The label or the rows do not allow a model: one class only, a label with missing values, missing values in features, or no rows left after filters. Look at the Profile of the input. A training that diverges wants a smaller learning rate or scaled features.',
  },
  features: {
    title: 'Features',
    text: 'Feature columns differ between training and serving, rows of the wrong part were used to fit, or the online store does not have what a request needs. Materialize the feature view again; give held-out rows to an evaluation, never to a fit.',
  },
  model: {
    title: 'Models',
    text: 'No model of that name and version, or one that may not be registered: a gate said no, or the served model gives other scores than the trained one. The parity box shows the difference; a gate names the figure it wants.',
  },
  request: {
    title: 'Requests',
    text: 'A request to an endpoint is not of the form the model takes, is too large, or asks for what the endpoint cannot do. The message names the row or tensor. Try it on the endpoint’s screen, which builds a right request.',
  },
  serve: {
    title: 'Serving',
    text: 'The endpoint is not ready, is full, or could not start. Full means more requests than it can answer in time: add replicas or larger batches. Another host than this machine needs keys.',
  },
  bench: {
    title: 'Load test',
    text: 'The address could not be reached. Start the endpoint first, and give its HTTP address.',
  },
  port: { title: 'Ports', text: 'Another program listens on this port. Choose another one, or 0 for any free one.' },
  disk: {
    title: 'Disk',
    text: 'The data directory is full or cannot be written. Free space with slipway artifacts gc, or choose another one with --data-dir.',
  },
  store: {
    title: 'The store',
    text: 'Runs and results could not be opened or reached: another user owns the folder, the database is of a newer version, or the object storage refused. slipway doctor says what is wrong.',
  },
  artifact: {
    title: 'Results',
    text: 'A result was freed or is damaged. Run the step again: what is missing is made anew, the rest is used as it is.',
  },
  run: {
    title: 'Runs',
    text: 'The run is not known to this engine, or was stopped. What had finished is kept and used by the next run.',
  },
  step: {
    title: 'Steps',
    text: 'A step failed, ran out of memory or time, or its process ended. Its log has the details; a smaller sample or fewer parallel steps need less memory. Other branches went on.',
  },
  environment: {
    title: 'This machine',
    text: 'Something the step needs is not installed or not reachable. slipway doctor lists what this machine can do.',
  },
  export: {
    title: 'Export',
    text: 'The target cannot express a part of the graph, or there is no model to put into the bundle. The message names the node; another target may take it.',
  },
  bundle: { title: 'Bundles', text: 'The folder holds no bundle, or one that was changed by hand. Export again.' },
  cluster: {
    title: 'Cluster',
    text: 'The cluster could not be reached, refused, or another owner has changed an object. Check the context and the permissions with slipway doctor --context NAME.',
  },
  auth: {
    title: 'Keys',
    text: 'The request has no key or a wrong one. Keys of an endpoint are named in its settings; the app’s own address carries its token.',
  },
  key: {
    title: 'Keys of endpoints',
    text: 'No key of that name, or one that was taken back. List the keys of the endpoint, and make a new one where needed.',
  },
  protocol: {
    title: 'Protocol',
    text: 'A message was not understood. Update both sides to the same version of Slipway.',
  },
  alert: { title: 'Alerts', text: 'The alert is not known any more. The monitor’s screen lists those that are.' },
  loop: {
    title: 'Retraining',
    text: 'There is nothing to decide: the retraining has moved on. Its history is on the monitor’s screen.',
  },
  internal: {
    title: 'A fault of Slipway',
    text: 'This should not happen. Copy the details and report them; your graph is kept as it is, and unsaved work is recovered at the next start.',
  },
};
