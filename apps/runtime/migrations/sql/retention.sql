-- Retention and lineage of topics.
--
-- runtime_prune is the one way to delete from the journal. It runs with the rights of the schema's owner, because the
-- service has no right to delete there, and decides by itself what may go: from the floor up, never anything younger
-- than ten minutes unless the topic holds more than a hundred newer rows.

CREATE FUNCTION runtime_prune(p_topic text, p_retention_seconds bigint, p_budget bigint, p_rows int)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, runtime, pg_temp AS $$
-- Move the floor of one topic up by at most p_rows and delete what is at or below it. Returns the rows deleted, null
-- when somebody else holds the topic (or there is none): the next round will find it.
DECLARE
  t sync_topic_sequences%ROWTYPE;
  v_window bigint;
  v_old bigint;
  v_over bigint;
  v_floor bigint;
  v_chain bytea;
  v_deleted bigint;
BEGIN
  IF p_rows NOT BETWEEN 1 AND 5000 THEN
    RAISE EXCEPTION 'a batch holds 1 to 5000 rows' USING ERRCODE = '22023';
  END IF;
  SELECT * INTO t FROM sync_topic_sequences s WHERE s.topic = p_topic FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  v_window := least(t.seq, t.floor_seq + p_rows);
  SELECT max(e.seq) INTO v_old FROM sync_stream_events e
   WHERE e.topic = p_topic AND e.seq > t.floor_seq AND e.seq <= v_window
     AND e.inserted_at < clock_timestamp() - make_interval(secs => greatest(p_retention_seconds, 600));
  v_over := t.seq - greatest(p_budget, 100);
  v_floor := least(greatest(coalesce(v_old, 0), v_over, t.floor_seq), v_window);
  IF v_floor > t.floor_seq THEN
    SELECT e.chain INTO v_chain FROM sync_stream_events e WHERE e.topic = p_topic AND e.seq = v_floor;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'topic % has no row at %, where its floor should be', p_topic, v_floor USING ERRCODE = 'OA003';
    END IF;
    UPDATE sync_topic_sequences s
       SET floor_seq = v_floor, floor_chain = v_chain,
           compaction_seq = CASE WHEN v_over > coalesce(v_old, 0) THEN v_floor ELSE s.compaction_seq END
     WHERE s.topic = p_topic;
  END IF;
  -- Also what a rotation left below its new floor.
  DELETE FROM sync_stream_events d
   WHERE d.topic = p_topic
     AND d.seq IN (SELECT e.seq FROM sync_stream_events e
                    WHERE e.topic = p_topic AND e.seq <= v_floor ORDER BY e.seq LIMIT p_rows);
  GET DIAGNOSTICS v_deleted = ROW_COUNT;
  RETURN v_deleted;
END $$;

CREATE FUNCTION runtime_rotate_lineage(p_topic text, p_lineage text DEFAULT NULL)
RETURNS TABLE (o_lineage text, o_head bigint) LANGUAGE plpgsql AS $$
-- A new lineage for a topic, beyond every number that was ever given out: clients that know of lineages see another
-- one, clients that do not are below the floor; both start over. `seq_offset` keeps topic seq and event seq comparable.
DECLARE
  v_jump constant bigint := 1048576;
BEGIN
  o_lineage := coalesce(p_lineage, 'lin_' || replace(gen_random_uuid()::text, '-', ''));
  UPDATE sync_topic_sequences s
     SET lineage = o_lineage, seq = s.seq + v_jump, floor_seq = s.seq + v_jump, seq_offset = s.seq_offset + v_jump,
         chain = runtime_chain_base(p_topic, o_lineage), floor_chain = runtime_chain_base(p_topic, o_lineage),
         updated_at = clock_timestamp()
   WHERE s.topic = p_topic
  RETURNING s.seq INTO o_head;
  IF FOUND THEN
    RETURN NEXT;
  END IF;
END $$;
