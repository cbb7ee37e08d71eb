-- The journal: topics with their numbers and chains, rows, current documents.
--
-- Every service hands its rows to runtime_journal as the last step of its transaction; nothing here notifies: hints
-- leave the process after the commit.

CREATE FUNCTION runtime_rfc3339(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  -- RFC 3339, UTC, as few of 0, 3 or 6 fraction digits as are lossless.
  SELECT to_char(t AT TIME ZONE 'UTC',
    CASE WHEN extract(microseconds FROM t)::bigint % 1000000 = 0 THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
         WHEN extract(microseconds FROM t)::bigint % 1000 = 0 THEN 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
         ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' END)
$$;

CREATE FUNCTION runtime_json(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- A JSON string or null, with the escapes of the canonical form.
  SELECT coalesce(to_json(t)::text, 'null')
$$;

CREATE FUNCTION runtime_chain_base(p_topic text, p_lineage text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256('openagents.topic_chain.v1'::bytea || '\x00'::bytea || convert_to(p_topic, 'UTF8') || '\x00'::bytea
                || convert_to(p_lineage, 'UTF8'))
$$;

CREATE FUNCTION runtime_new_topic(
  p_topic text, p_class text, p_owner_key text, p_org_id text, p_visibility text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
-- A topic's first row: seq 0, a fresh lineage, both chains at its base. Harmless when the topic exists.
DECLARE
  v_lineage text := 'lin_' || replace(gen_random_uuid()::text, '-', '');
  v_chain bytea := runtime_chain_base(p_topic, v_lineage);
BEGIN
  INSERT INTO sync_topic_sequences (topic, seq, topic_class, owner_key, org_id, visibility, acl_version, floor_seq,
                                    compaction_seq, lineage, chain, floor_chain, seq_offset, created_at, updated_at)
  VALUES (p_topic, 0, p_class, p_owner_key, p_org_id, p_visibility, 1, 0, 0, v_lineage, v_chain, v_chain, 0, p_at, p_at)
  ON CONFLICT (topic) DO NOTHING;
END $$;

CREATE TYPE runtime_journal_row AS (
  topic text, kind text, doc_key text, doc_version bigint, payload text, sha bytea, metadata jsonb,
  is_doc boolean, topic_class text, owner_key text, org_id text, visibility text
);

CREATE FUNCTION runtime_journal(p_rows runtime_journal_row[], p_at timestamptz)
RETURNS TABLE (o_topic text, o_head bigint) LANGUAGE plpgsql AS $$
-- Number, chain and write journal rows; returns the new head of each topic. Call it last in a transaction: the topic
-- rows stay locked until commit, which is what makes commit order equal seq order.
DECLARE
  j record;
  v_topic text;
  v_seq bigint;
  v_offset bigint;
  v_chain bytea;
  w_seq bigint[] := '{}';
  w_chain bytea[] := '{}';
  w_ord bigint[] := '{}';
BEGIN
  FOR j IN SELECT r.*, r.ord FROM unnest(p_rows) WITH ORDINALITY AS
             r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
               visibility, ord)
           ORDER BY r.topic COLLATE "C", r.ord LOOP
    IF j.topic IS DISTINCT FROM v_topic THEN
      IF v_topic IS NOT NULL THEN
        UPDATE sync_topic_sequences SET seq = v_seq, chain = v_chain, updated_at = p_at WHERE topic = v_topic;
        o_topic := v_topic; o_head := v_seq; RETURN NEXT;
      END IF;
      v_topic := j.topic;
      SELECT s.seq, s.chain, s.seq_offset INTO v_seq, v_chain, v_offset
        FROM sync_topic_sequences s WHERE s.topic = v_topic FOR NO KEY UPDATE;
      IF NOT FOUND THEN
        PERFORM runtime_new_topic(v_topic, j.topic_class, j.owner_key, j.org_id, j.visibility, p_at);
        SELECT s.seq, s.chain, s.seq_offset INTO v_seq, v_chain, v_offset
          FROM sync_topic_sequences s WHERE s.topic = v_topic FOR NO KEY UPDATE;
      END IF;
    END IF;
    v_seq := v_seq + 1;
    IF (j.topic_class = 'run_events' OR j.topic_class = 'codex_worker_events' AND starts_with(v_topic, 'worker:'))
       AND v_seq - v_offset <> j.doc_version THEN
      RAISE EXCEPTION 'topic % is at %, its run or worker at %', v_topic, v_seq - v_offset, j.doc_version
        USING ERRCODE = 'OA001';
    END IF;
    v_chain := sha256(v_chain || int8send(v_seq) || j.sha);
    w_seq := w_seq || v_seq;
    w_chain := w_chain || v_chain;
    w_ord := w_ord || j.ord;
  END LOOP;
  IF v_topic IS NULL THEN
    RETURN;
  END IF;
  UPDATE sync_topic_sequences SET seq = v_seq, chain = v_chain, updated_at = p_at WHERE topic = v_topic;
  o_topic := v_topic; o_head := v_seq; RETURN NEXT;

  INSERT INTO sync_stream_events (topic, seq, kind, doc_key, doc_version, payload, payload_sha256, schema_version,
                                  metadata, chain, inserted_at)
  SELECT r.topic, w.seq, r.kind, r.doc_key, r.doc_version, r.payload, 'sha256:' || encode(r.sha, 'hex'), 1,
         r.metadata, w.chain, p_at
    FROM unnest(w_ord, w_seq, w_chain) AS w(ord, seq, chain)
    JOIN unnest(p_rows) WITH ORDINALITY AS
         r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
           visibility, ord) USING (ord);

  INSERT INTO sync_topic_docs AS d (topic, doc_key, doc_version, payload, payload_sha256, seq, deleted)
  SELECT DISTINCT ON (r.topic, r.doc_key) r.topic, r.doc_key, r.doc_version, r.payload,
         'sha256:' || encode(r.sha, 'hex'), w.seq, false
    FROM unnest(w_ord, w_seq) AS w(ord, seq)
    JOIN unnest(p_rows) WITH ORDINALITY AS
         r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
           visibility, ord) USING (ord)
   WHERE r.is_doc
   ORDER BY r.topic, r.doc_key, w.seq DESC
  ON CONFLICT (topic, doc_key) DO UPDATE
     SET doc_version = excluded.doc_version, payload = excluded.payload, payload_sha256 = excluded.payload_sha256,
         seq = excluded.seq, deleted = false;
END $$;

-- The same for services, which hand their rows over as JSON. Without sequential scans, like runtime_append and for the
-- same reason: plans made while a table was small outlive that.
CREATE FUNCTION runtime_journal_json(p_rows jsonb, p_at timestamptz)
RETURNS TABLE (o_topic text, o_head bigint) LANGUAGE sql SET enable_seqscan = off AS $$
  SELECT j.o_topic, j.o_head FROM runtime_journal(
    (SELECT array_agg(ROW(r.topic, r.kind, r.doc_key, r.doc_version, r.payload, decode(r.sha, 'hex'), r.metadata, r.is_doc,
                          r.topic_class, r.owner_key, r.org_id, r.visibility)::runtime_journal_row ORDER BY r.ord)
       FROM ROWS FROM (jsonb_to_recordset(p_rows) AS
              (topic text, kind text, doc_key text, doc_version bigint, payload text, sha text, metadata jsonb,
               is_doc boolean, topic_class text, owner_key text, org_id text, visibility text)) WITH ORDINALITY
            AS r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
                 visibility, ord)), p_at) AS j
$$;
