/** What to draw, the step back, and whether all is saved. */
import { IconButton } from '../../components/controls.tsx';
import { Icon, type IconName } from '../../components/Icon.tsx';
import { t } from '../../i18n/t.ts';

export type Tool = 'select' | 'polygon' | 'coupon' | 'gateway';
interface ToolChoice {
  tool: Tool;
  icon: IconName;
  label: 'select' | 'polygon' | 'coupon' | 'gateway' | 'ownCircle' | 'ownPolygon';
}
const TOOLS: ToolChoice[] = [
  { tool: 'select', icon: 'pointer', label: 'select' },
  { tool: 'polygon', icon: 'polygon', label: 'polygon' },
  { tool: 'coupon', icon: 'circle', label: 'coupon' },
  { tool: 'gateway', icon: 'gateways', label: 'gateway' },
];
const RETAILER_TOOLS: ToolChoice[] = [
  { tool: 'select', icon: 'pointer', label: 'select' },
  { tool: 'coupon', icon: 'circle', label: 'ownCircle' },
  { tool: 'polygon', icon: 'polygon', label: 'ownPolygon' },
];

export function Toolbar(props: {
  forRetailer: boolean;
  tool: Tool;
  onTool: (tool: Tool) => void;
  /** Undefined: there is no step to take back. */
  undo: (() => void) | undefined;
  unsaved: number;
  saving: boolean;
  onSave: () => void;
}) {
  const { tool, undo } = props;
  return (
    <div class="toolbar" role="toolbar" aria-label={t('editor.tools')}>
      {(props.forRetailer ? RETAILER_TOOLS : TOOLS).map((one) => (
        <button
          key={one.tool}
          type="button"
          class="button small"
          aria-pressed={tool === one.tool}
          onClick={() => props.onTool(tool === one.tool ? 'select' : one.tool)}
        >
          <Icon name={one.icon} size={16} />
          <span class="tool-name">{t(`tool.${one.label}`)}</span>
        </button>
      ))}
      <span class="toolbar-gap" />
      <IconButton icon="undo" label={t('editor.undo')} disabled={undo === undefined} onClick={() => undo?.()} />
      <span class="save-state small" role="status">
        {props.unsaved > 0 ? t('editor.unsaved', { n: props.unsaved }) : t('editor.allSaved')}
      </span>
      <button
        type="button"
        class="button small primary"
        disabled={props.unsaved === 0 || props.saving}
        onClick={props.onSave}
      >
        {t(props.saving ? 'editor.saving' : 'action.save')}
      </button>
    </div>
  );
}
