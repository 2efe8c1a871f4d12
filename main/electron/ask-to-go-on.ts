import { app, dialog } from 'electron';
import type { ShellText } from './shell-text.ts';

/** Resolves when the person has chosen to go on; ends the app when they chose that. */
export async function askToGoOn(question: {
  text: ShellText;
  message: string;
  detail: string;
  goOn: string;
  showLogs: () => Promise<unknown>;
}): Promise<void> {
  const { text, message, detail, goOn } = question;
  for (;;) {
    const { response } = await dialog.showMessageBox({
      type: 'error',
      title: 'Slipway',
      message,
      detail,
      buttons: [goOn, text.showLogs, text.quit],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    if (response === 2) app.quit();
    if (response !== 1) return;
    await question.showLogs();
  }
}
