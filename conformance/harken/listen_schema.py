"""What `/listen` may say: the schema of section 1.6 of the behaviour that it follows, and what of it a gateway without models for pictures and other
languages never has to say."""

import re

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
OUTCOMES = {"success", "expected_silence", "empty_unexpected", "timeout", "upstream_error", "config_error", "invalid_input"}
STATUSES = {"initiating", "in_progress_conversations_processing", "stt_initiating", "ready", "stt_failed", "stt_degraded", "stt_recovered", "finalized",
            "unknown_channel", "unknown_person", "freemium_threshold_reached", "translation_unavailable", "storage_full", "storage_recovered",
            "stt_late", "stt_in_time"}
STATES = {"unknown", "legacy_ambiguous", "unassigned", "identified", "user"}


def text(value):
    return isinstance(value, str)


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def flag(value):
    return isinstance(value, bool)


def uuid(value):
    return text(value) and UUID.match(value)


def moment(value):
    return text(value) and TIME.match(value)


def optional(check):
    return lambda value: value is None or check(value)


def one_of(values):
    return lambda value: value in values


def array(check):
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def shaped(fields, also=()):
    """An object with exactly these members; those of `also` may be missing."""
    def check(value):
        return isinstance(value, dict) and not problems(value, fields, dict(also))
    return check


def problems(value, fields, also):
    missing = [name for name in fields if name not in value]
    unknown = [name for name in value if name not in fields and name not in also]
    wrong = [name for name in value if name in fields and not fields[name](value[name]) or name in also and not also[name](value[name])]
    return [f"{what} {names}" for what, names in (("missing", missing), ("unknown", unknown), ("wrong", wrong)) if names]


SEGMENT = {
    "id": uuid, "text": lambda value: text(value) and value != "", "speaker": lambda value: text(value) and re.match(r"SPEAKER_\d\d+$", value),
    "speaker_id": whole, "is_user": flag, "person_id": optional(lambda value: text(value) and value != "user"), "start": number, "end": number,
    "translations": array(shaped({"lang": text, "text": text})), "speech_profile_processed": flag, "stt_provider": optional(text),
    "stt_model": optional(text), "provider_cluster_id": optional(text), "provider_speaker_label": optional(text),
    "speaker_identity_state": one_of(STATES), "speaker_identity_status": one_of({"user", "not_user", "unknown"}),
    "speaker_identity_confidence": optional(number), "speaker_identity_source": optional(text), "speaker_identity_version": optional(text),
    "speaker_identity_provenance": optional(shaped({})), "speaker_identity_candidates": optional(array(flag)),
    "speaker_identity_text_hints": optional(array(flag)),
}
segment = shaped(SEGMENT)

memory = shaped({
    "id": text, "created_at": moment, "started_at": moment, "finished_at": moment, "source": text, "language": optional(text),
    "status": one_of({"in_progress", "processing", "completed", "discarded", "failed"}), "discarded": flag,
    "structured": shaped({
        "title": text, "overview": text, "emoji": text, "category": text, "action_items": array(shaped({"description": text, "completed": flag})),
        "events": array(shaped({"title": text, "description": text, "start": moment, "duration": whole, "created": flag})),
    }),
    "transcript_segments": array(segment), "finalization_reason": optional(text),
})

# By type: what is always there, and what may be.
EVENTS = {
    "service_status": ({"status": one_of(STATUSES), "status_text": optional(text)},
                       {"outcome": one_of(OUTCOMES), "provider": text, "retryable": flag, "reason": text,
                        "retry_after": lambda value: whole(value) and 1 <= value <= 3600}),
    "message_ignored": ({"names": array(text), "text": text}, {}),
    "last_memory": ({"memory_id": text}, {}),
    "conversation_session": ({"conversation_id": text, "status": one_of({"in_progress"})},
                             {"recording_session_id": text, "lifecycle_version": whole, "lifecycle_phase": text, "lifecycle_sequence": whole}),
    "memory_processing_started": ({"memory": memory}, {}),
    "memory_created": ({"memory": memory, "messages": array(shaped({}))}, {}),
    "translating": ({"segments": array(segment)}, {}),
    "segments_deleted": ({"segment_ids": array(uuid)}, {}),
    "speaker_label_suggestion": ({"speaker_id": whole, "person_id": text, "person_name": text, "segment_id": uuid}, {}),
    "speaker_label": ({"speaker_id": whole, "label": text}, {}),
    "photo_processing": ({"temp_id": text, "photo_id": uuid}, {}),
    "photo_described": ({"photo_id": uuid, "description": text, "discarded": flag}, {}),
    "freemium_threshold_reached": ({"remaining_seconds": lambda value: whole(value) and value >= 0,
                                    "action": one_of({"setup_on_device_stt", "none"})}, {}),
    "onboarding_question": ({"question": text, "question_index": whole, "total_questions": whole}, {}),
    "question_answered": ({"question_index": whole, "answered": flag}, {}),
    "onboarding_complete": ({"conversation_id": optional(text), "memories_created": whole, "error": optional(text)}, {}),
    "auth_response": ({"success": flag}, {}),
    # Acknowledgement and resume.
    "session_started": ({"session_id": uuid, "resume_window": one_of({120})}, {}),
    # `received`: with several gateways only.
    "audio_ack": ({"samples": whole}, {"received": whole}),
    "session_resumed": ({"samples": whole}, {}),
    "session_expired": ({}, {"samples": whole}),
    "reconnect": ({"samples": whole}, {}),
}
# There is nobody who translates or asks questions: the statuses say so.
NEVER = {"translating", "onboarding_question", "question_answered"}


def faults(message):
    """What is wrong with a message that was parsed; nothing for one that follows the schema."""
    if isinstance(message, list):
        wrong = [problem for one in message for problem in (problems(one, SEGMENT, {}) if isinstance(one, dict) else ["a segment is no object"])]
        return wrong if message else ["an empty list of segments"]
    if not isinstance(message, dict) or message.get("type") not in EVENTS:
        return [f"no event of the schema: {str(message)[:100]}"]
    fields, also = EVENTS[message["type"]]
    return problems({name: value for name, value in message.items() if name != "type"}, fields, also)
