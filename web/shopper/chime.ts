/** Two soft tones, made on the spot: no file to load, nothing to hear before the shopper asked for sound. */
let context: AudioContext | undefined;

export async function chime(): Promise<void> {
  try {
    context ??= new AudioContext();
    await context.resume();
    const start = context.currentTime;
    for (const [afterS, hertz] of [
      [0, 659.25],
      [0.14, 987.77],
    ] as const) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.type = 'sine';
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0, start + afterS);
      volume.gain.linearRampToValueAtTime(0.12, start + afterS + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, start + afterS + 0.7);
      tone.connect(volume).connect(context.destination);
      tone.start(start + afterS);
      tone.stop(start + afterS + 0.8);
    }
  } catch {
    // A phone that may not play says nothing.
  }
}
