"""The journal function for services, which hand their rows over as JSON; and its seq check for workers' topics."""

from django.db import migrations

JOURNAL_JSON = """
CREATE FUNCTION runtime_journal_json(p_rows jsonb, p_at timestamptz)
RETURNS TABLE (o_topic text, o_head bigint) LANGUAGE sql AS $$
  SELECT j.o_topic, j.o_head FROM runtime_journal(
    (SELECT array_agg(ROW(r.topic, r.kind, r.doc_key, r.doc_version, r.payload, decode(r.sha, 'hex'), r.metadata, r.is_doc,
                          r.topic_class, r.owner_key, r.org_id, r.visibility)::runtime_journal_row ORDER BY r.ord)
       FROM ROWS FROM (jsonb_to_recordset(p_rows) AS
              (topic text, kind text, doc_key text, doc_version bigint, payload text, sha text, metadata jsonb,
               is_doc boolean, topic_class text, owner_key text, org_id text, visibility text)) WITH ORDINALITY
            AS r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
                 visibility, ord)), p_at) AS j
$$;
"""


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0002_append")]
    operations = [migrations.RunSQL(JOURNAL_JSON, "DROP FUNCTION runtime_journal_json(jsonb, timestamptz)")]
