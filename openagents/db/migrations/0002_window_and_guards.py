"""The window function, and the audit trail that is only ever appended to."""

from django.db import migrations

from openagents.db.append_only import AppendOnly

WINDOW = """
CREATE FUNCTION oa_window_hit(p_bucket text, p_key text, p_limit int, p_seconds int, p_cost int)
RETURNS int LANGUAGE plpgsql AS $$
-- Sliding log in whole seconds: 0 when the hit is accepted and recorded, else the seconds to wait (>= 1).
-- A hit counts while its second >= now - p_seconds, so no stretch of p_seconds ever holds more than p_limit.
DECLARE
  v_now bigint;
  v_hits jsonb;
  v_count bigint;
  v_oldest bigint;
BEGIN
  LOOP  -- until the row is ours: a purge may take it between its making and its locking
    SELECT hits INTO v_hits FROM rate_window WHERE bucket = p_bucket AND key = p_key FOR UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO rate_window (bucket, key, hits, expires_at)
    VALUES (p_bucket, p_key, '[]', clock_timestamp() + make_interval(secs => p_seconds + 1))
    ON CONFLICT (bucket, key) DO NOTHING;
  END LOOP;
  v_now := floor(extract(epoch FROM clock_timestamp()));
  SELECT coalesce(jsonb_agg(hit ORDER BY ord), '[]'), coalesce(sum((hit->>1)::bigint), 0), min((hit->>0)::bigint)
    INTO v_hits, v_count, v_oldest
    FROM jsonb_array_elements(v_hits) WITH ORDINALITY AS t(hit, ord)
   WHERE (hit->>0)::bigint >= v_now - p_seconds;
  IF v_count + p_cost > p_limit THEN
    RETURN greatest(1, coalesce(v_oldest, v_now) + p_seconds - v_now);
  END IF;
  IF jsonb_array_length(v_hits) > 0 AND (v_hits->-1->>0)::bigint = v_now THEN
    v_hits := jsonb_set(v_hits, ARRAY[(jsonb_array_length(v_hits) - 1)::text, '1'],
                        to_jsonb((v_hits->-1->>1)::bigint + p_cost));
  ELSE
    v_hits := v_hits || jsonb_build_array(jsonb_build_array(v_now, p_cost));
  END IF;
  UPDATE rate_window SET hits = v_hits, expires_at = clock_timestamp() + make_interval(secs => p_seconds + 1)
   WHERE bucket = p_bucket AND key = p_key;
  RETURN 0;
END $$;
"""


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("ground", "0001_initial")]
    operations = [
        migrations.RunSQL(WINDOW, "DROP FUNCTION oa_window_hit(text, text, int, int, int)"),
        AppendOnly("audit_event"),
    ]
