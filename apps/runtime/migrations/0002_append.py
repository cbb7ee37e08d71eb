"""The append function, and the guards and storage settings of the hot tables."""

from pathlib import Path

from django.db import migrations

from openagents.db.append_only import AppendOnly

APPEND = (Path(__file__).parent / "sql" / "append_v1.sql").read_text()

# Rows that every append rewrites keep room in their page, so that the update stays in it and touches no index.
STORAGE = """
ALTER TABLE run SET (fillfactor = 60);
ALTER TABLE run_summary SET (fillfactor = 60);
ALTER TABLE projection_checkpoint SET (fillfactor = 60);
ALTER TABLE sync_topic_sequences SET (fillfactor = 50);
ALTER TABLE sync_topic_sequences ADD CONSTRAINT sync_topic_chains
  CHECK (octet_length(chain) = 32 AND octet_length(floor_chain) = 32);
ALTER TABLE sync_stream_events ADD CONSTRAINT sync_stream_chain CHECK (octet_length(chain) = 32);
"""

# Deletion from the journal belongs to a role of its own (retention), not to the service.
JOURNAL_READER = """
GRANT SELECT ON sync_topic_sequences, sync_stream_events, sync_topic_docs TO oa_khala_ro;
"""


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0001_initial")]
    operations = [
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND, migrations.RunSQL.noop),
        migrations.RunSQL(JOURNAL_READER, migrations.RunSQL.noop),
        AppendOnly("run_event"),
        AppendOnly("sync_stream_events", allow_delete=True),
    ]
