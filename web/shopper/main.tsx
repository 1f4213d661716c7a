import { effect } from '@preact/signals';
import { render } from 'preact';
import './shopper.css';
import { App } from './App.tsx';
import { beApp, tellLanguage } from './app.ts';
import { language } from './i18n/index.ts';
import { forgetNotifications, lookAtNotifications } from './notifications.ts';
import { boot, granted, me, showOffer, stage } from './state.ts';

/** A dialog is open, or something is being typed. */
const isBusy = (): boolean =>
  document.querySelector('dialog[open]') !== null || document.activeElement?.matches('input, textarea') === true;

void boot(() => render(<App />, document.getElementById('app')!));
void beApp(isBusy, (offerId) => void showOffer(offerId)).then(() => {
  effect(() => tellLanguage(language.value));
  // Whether this phone may be notified follows the agreement to offers.
  let mayPush: boolean | undefined;
  effect(() => {
    if (stage.value === 'erased') void forgetNotifications();
    if (me.value === undefined) return;
    const now = granted('push');
    if (now === mayPush) return;
    if (mayPush === true && !now) void forgetNotifications();
    else void lookAtNotifications(now);
    mayPush = now;
  });
});
