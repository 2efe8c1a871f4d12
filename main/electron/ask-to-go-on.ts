import { app, dialog } from 'electron';

/** Resolves when the person has chosen to go on; ends the app when they chose that. */
export async function askToGoOn(question: {
  message: string;
  detail: string;
  goOn: string;
  showLogs: () => Promise<unknown>;
}): Promise<void> {
  const { message, detail, goOn } = question;
  for (;;) {
    const { response } = await dialog.showMessageBox({
      type: 'error',
      title: 'Slipway',
      message,
      detail,
      buttons: [goOn, 'Show logs', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    if (response === 2) app.quit();
    if (response !== 1) return;
    await question.showLogs();
  }
}
