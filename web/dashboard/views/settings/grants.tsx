/** The choice of a role, and of the tenant where the role has one. */
import { useId, useState } from 'preact/hooks';
import type { Grant } from '../../../../server/contract/access.ts';
import type { Zone } from '../../../../server/contract/model.ts';
import { Field, Select } from '../../components/controls.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { hasRole } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';

type AccountRole = Grant['role'];
const ROLES: AccountRole[] = ['manager', 'retailer', 'installer', 'till', 'owner'];
const ofTenant = (role: AccountRole): boolean => role === 'retailer' || role === 'till';

export function useGrant(siteId: string) {
  const [role, setRole] = useState<AccountRole>('manager');
  const [tenantId, setTenantId] = useState('');
  const grant: Grant = {
    role,
    siteId: role === 'owner' ? null : siteId,
    tenantId: ofTenant(role) ? tenantId.trim() : null,
  };
  const asked = useAsync<Zone[]>(ofTenant(role) ? `tenants/${siteId}` : null, (signal) => ofSite(siteId).zones(signal));
  const shops = (asked.data ?? []).filter(({ kind, tenantId: tenant }) => kind === 'shop' && tenant !== null);
  const listId = useId();
  const roles = hasRole('owner') ? ROLES : ROLES.filter((one) => one !== 'owner');
  const fields = (
    <div class="form-row">
      <Select
        visibleLabel
        label={t('people.role')}
        value={role}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        onChange={setRole}
      />
      {ofTenant(role) && (
        <Field label={t('editor.tenant')} hint={t('people.tenantHint')}>
          {(ids) => (
            <>
              <input
                {...ids}
                class="input"
                list={listId}
                autocomplete="off"
                required
                pattern="[a-z0-9\-]{1,32}"
                value={tenantId}
                onInput={(event) => setTenantId(event.currentTarget.value)}
              />
              <datalist id={listId}>
                {shops.map((zone) => (
                  <option key={zone.id} value={zone.tenantId ?? ''} label={zone.name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
    </div>
  );
  return { grant, fields };
}

export const grantText = (grants: Grant[]): string =>
  grants
    .map(({ role, tenantId }) =>
      tenantId === null ? t(`role.${role}`) : t('people.roleOf', { role: t(`role.${role}`), tenant: tenantId }),
    )
    .join(', ');
