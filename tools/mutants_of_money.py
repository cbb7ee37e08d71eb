"""The known bugs of the wallet executor: each pays twice, proves twice, or loses count of what may still be spent."""

from __future__ import annotations

from tools.mutant_model import mutant

EXECUTOR = "apps/lightning/services/executor"
TESTS = "apps/lightning/tests/executor"
PLANE = "lightning-executor"

MONEY = (
    mutant(
        "one-invoice-under-two-requests",
        f"{EXECUTOR}/admission.py",
        "if (owner := _other_owner(quote.invoice.payment_hash, intent)) is not None:",
        "if (owner := None) is not None:",
        f"{TESTS}/test_pay.py::test_the_same_invoice_under_another_id",
        PLANE,
    ),
    mutant(
        "a-released-hash-stays-taken",
        f"{EXECUTOR}/admission.py",
        "rows.exclude(state__in=sorted(RELEASED))",
        "rows",
        f"{TESTS}/test_released_money.py::test_a_failed_invoice_may_be_paid_under_another_id",
        PLANE,
    ),
    mutant(
        "sent-before-it-is-written-down",
        f"{EXECUTOR}/payments.py",
        """        sending = _begin(pk, attempt)
        if sending is None:
            return
        result = _send(sending)
""",
        """        result = _send(PaymentIntent.objects.get(pk=pk))
        sending = _begin(pk, attempt)
        if sending is None:
            return
""",
        f"{TESTS}/test_recovery.py::test_an_error_at_every_step[executor.dispatch.before]",
        PLANE,
    ),
    mutant(
        "a-late-thread-sends-the-next-attempt",
        f"{EXECUTOR}/payments.py",
        "mine = intent.lease_owner == steps.INSTANCE and intent.attempt == attempt",
        "mine = intent.lease_owner == steps.INSTANCE",
        f"{TESTS}/test_late_threads.py::test_the_thread_of_an_attempt_that_was_given_up_does_not_send_the_next_one",
        PLANE,
    ),
    mutant(
        "a-gateway-that-raises-counts-as-failed",
        f"{EXECUTOR}/payments.py",
        "        result = SendResult(Outcome.UNKNOWN)\n",
        "        result = SendResult(Outcome.FAILED)\n",
        f"{TESTS}/test_pay.py::test_a_gateway_that_raises_is_unknown_not_failed",
        PLANE,
    ),
    mutant(
        "a-failed-payment-keeps-its-reservation",
        f"{EXECUTOR}/settlement.py",
        "    ledger.release(intent)\n    intent.failure_code, intent.failure_reason, intent.failure_details = code or",
        "    intent.failure_code, intent.failure_reason, intent.failure_details = code or",
        f"{TESTS}/test_pay.py::test_a_failure_is_definite_and_may_be_tried_again",
        PLANE,
    ),
    mutant(
        "a-failed-payment-fills-the-window",
        f"{EXECUTOR}/spend.py",
        "HELD = Q(state__in=sorted(str(state) for state in RESERVING))",
        "HELD = Q(state__in=sorted(str(state) for state in RESERVING)) | Q(state=PaymentState.FAILED)",
        f"{TESTS}/test_released_money.py::test_what_failed_gives_its_room_back",
        PLANE,
    ),
    mutant(
        "what-is-in-flight-does-not-count",
        f"{EXECUTOR}/spend.py",
        "in_window = _payments().filter(HELD | GONE & Q(paid_at_ms__gte=window_ms))",
        "in_window = _payments().filter(GONE & Q(paid_at_ms__gte=window_ms))",
        f"{TESTS}/test_pay.py::test_payments_in_flight_count_against_the_window",
        PLANE,
    ),
    mutant(
        "a-receipt-for-every-answer",
        f"{EXECUTOR}/settlement.py",
        "if intent.attempt != attempt or intent.state not in TRACKED:",
        "if intent.attempt != attempt:",
        f"{TESTS}/test_late_threads.py::test_an_answer_that_comes_twice_is_settled_once",
        PLANE,
    ),
    mutant(
        "a-wrong-preimage-is-a-proof",
        f"{EXECUTOR}/settlement.py",
        "len(raw) == 32 and sha256(raw).hexdigest() == payment_hash",
        "len(raw) == 32",
        f"{TESTS}/test_pay.py::test_success_without_its_proof",
        PLANE,
    ),
)
