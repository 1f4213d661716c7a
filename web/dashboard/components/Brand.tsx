import icon from '../icon.svg?url';

export function Brand({ name = 'Promenade' }: { name?: string }) {
  return (
    <span class="brand">
      <img src={icon} alt="" width="26" height="26" />
      {name}
    </span>
  );
}
