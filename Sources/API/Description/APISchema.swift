/// A kind of object that answers hold, with its name in the description of the API.
struct APISchema: Sendable {
    let name: String
    let fields: [APIOperation.Field]

    private init(_ name: String, _ fields: APIOperation.Field...) { self.init(name, fields) }

    private init(_ name: String, _ fields: [APIOperation.Field]) {
        self.name = name
        self.fields = fields
    }

    private static let creation = APIOperation.Field("created_at", "string", required: true, "UTC, RFC 3339.")
    private static let start = APIOperation.Field("start", "number", required: true, "Seconds.")
    private static let end = APIOperation.Field("end", "number", required: true, "Seconds.")
    private static let channel = APIOperation.Field("channel", "integer", required: true, "The audio channel, from 0.")
    private static let usage: [APIOperation.Field] = [
        .init("audio_seconds", "number", required: true, "Audio that engines heard."),
        .init("billable_seconds", "number", required: true, "Audio that vendors bill."),
        .init("runs", "integer", required: true, "Attempts of engines."),
        .init("failed", "integer", required: true, "Attempts that failed."),
        .init("cost", "number?", required: true, "US dollars; null when a price is unknown."),
        .init("unpriced_runs", "integer", required: true, "Attempts without a known price."),
    ]
    static let conversationHead: [APIOperation.Field] = [
        .init("id", "string", required: true, "The conversation."),
        .init("status", "string", required: true, "in_progress, processing, completed, discarded or failed."),
        .init("source", "string", required: true, "The device or app that recorded the conversation."),
        .init("language", "string?", required: true, "A BCP 47 tag."),
        .init("title", "string?", required: true, "The user's title, or one that was made of the words."),
        .init("summary", "string?", required: true, "A summary of the words."),
        .init("started_at", "string", required: true, "UTC, RFC 3339; the times of segments count from here."),
        .init("finished_at", "string", required: true, "UTC, RFC 3339."),
        .init("call_id", "string?", required: true, "The client's name of the call."),
        .init("duration", "number", required: true, "Seconds."),
    ]

    static let all: [APISchema] = conversations + sessions + administration

    private static let conversations: [APISchema] = [
        APISchema(
            "Conversation",
            conversationHead + [
                .init("emoji", "string", required: true, "One emoji; empty before the conversation is completed."),
                .init("category", "string", required: true, "The subject, such as work or travel; other where nothing tells."),
                .init("action_items", "[ActionItem]", required: true, "What the speakers are to do, in the order of the words."),
                .init("events", "[Event]", required: true, "Appointments, in the order of their starts."),
                .init("segments", "[Segment]", required: true, "In order of start, each with its words; positions in seconds."),
                .init("people", "[Person]", required: true, "Those who speak and have a name."),
            ]),
        APISchema(
            "ActionItem",
            [
                .init("description", "string", required: true, "The task, as an instruction."),
                .init("completed", "boolean", required: true, "Always false: Harken does not know what was done."),
            ]),
        APISchema(
            "Event",
            [
                .init("title", "string", required: true, "The occasion."),
                .init("description", "string", required: true, "The sentence that tells of the appointment."),
                .init("start", "string", required: true, "UTC, RFC 3339."),
                .init("duration", "integer", required: true, "Minutes."),
                .init("created", "boolean", required: true, "Always false: Harken writes into no calendar."),
            ]),
        APISchema(
            "ListedConversation",
            conversationHead + [
                .init("people", "[Speaker]", required: true, "Those who speak, in order of their first words."),
                .init("turns", "[[number]]", required: true, "At most 200 turns: start, end, index in people."),
            ]),
        APISchema(
            "DeletedConversation", .init("id", "string", required: true, "The conversation."),
            .init("title", "string?", required: true, "The conversation's title."),
            .init("started_at", "string", required: true, "Start of the conversation, UTC, RFC 3339."),
            .init("duration", "number", required: true, "Seconds."),
            .init("deleted_at", "string", required: true, "UTC, RFC 3339."),
            .init("kept_until", "string", required: true, "After this time the conversation is deleted for good: UTC, RFC 3339."),
            .init("audio_bytes", "integer", required: true, "Size of its audio in bytes.")),
        APISchema(
            "OutlinedConversation",
            conversationHead + [
                .init("speakers", "[OutlinedSpeaker]", required: true, "Those who speak, in order of their first words."),
                .init(
                    "segments", "[[number]]", required: true,
                    "All segments in order of start: start, end, index in speakers, number of characters of the text."),
            ]),
        APISchema(
            "OutlinedSpeaker",
            .init("name", "string?", required: true, "The person's name; null for a speaker without a name."),
            .init("label", "string?", required: true, "The label of a voice without a name, such as Speaker 4; null for others."),
            .init("person_id", "string?", required: true, "The person; null without a name."),
            .init("is_user", "boolean", required: true, "True for the user."),
            .init("speaker_id", "integer", required: true, "The conversation's number of the speaker, from 0; 0 also when nobody knows who speaks."),
            .init("speaker_identity_state", "string", required: true, "unknown, unassigned, identified or user.")),
        APISchema("Segment", SegmentOperations.segment),
        APISchema(
            "FormerSpeaker", .init("segment_id", "string", required: true, "The segment."),
            .init("person_id", "string?", "The person whom the segment itself named; null: its voice tells who speaks."),
            .init("is_user", "boolean", "True if the segment itself named the user."),
            .init("voice_id", "string?", "The voice; null when nobody knew."),
            .init("speaker_identity_source", "string?", "voiceprint, profile, channel, spoken_name, manual, or null."),
            .init("speaker_identity_confidence", "number?", "0 to 1, or null.")),
        APISchema(
            "FormerOwner", .init("voice_id", "string", required: true, "The voice."),
            .init("person_id", "string?", "The person whose voice it was; null: nobody's, or the user's."),
            .init("is_user", "boolean", "True if it was the user's."),
            .init("adopted_at", "string?", "When the owner got the voice automatically, UTC, RFC 3339; null when a hand named it."),
            .init("adoption_distance", "number?", "Distance of the voice from the owner's nearest voice then, 0 to 2, or null."),
            .init("was_rejected", "boolean", "True if a hand had taken the voice from its new owner before.")),
        APISchema(
            "Word", .init("text", "string", required: true, "The word with its punctuation."), start, end,
            .init("confidence", "number?", "0 to 1.")),
        APISchema(
            "CaptionWord", .init("text", "string", required: true, "The word with its punctuation."), start, end,
            .init("speaker", "string", "Who speaks. Words of different speakers are in different captions.")),
        APISchema(
            "CaptionSegment", .init("text", "string", required: true, "What is said."), start, end,
            .init("speaker", "string", "The speaker's name. It comes first where the speaker changes."),
            .init("words", "[CaptionWord]", "The words of the text; without them, times are estimated.")),
        APISchema(
            "Speaker", .init("name", "string?", required: true, "The person's name, or a label such as Speaker 1; null for words of nobody."),
            .init("person_id", "string?", required: true, "The person; null without a name."),
            .init("voice_id", "string?", required: true, "The voice; null when the speaker has none."),
            .init("is_user", "boolean", required: true, "True for the user.")),
        APISchema(
            "ConversationGap", start, end, channel, .init("reason", "string", required: true, "Why the audio has no words.")),
        APISchema(
            "Person", .init("id", "string", required: true, "The person."), .init("name", "string", required: true, "The person's name."), creation,
            .init("same_name_as", "string", "In the list of people: another person of the same name. Merge them if they are one.")),
        APISchema(
            "SearchHit", .init("conversation_id", "string", required: true, "The conversation."),
            .init("segment_id", "string", required: true, "The segment."),
            .init("start", "number", required: true, "Seconds since the conversation's start."),
            .init("started_at", "string", required: true, "The start of the conversation: UTC, RFC 3339."),
            .init("title", "string?", required: true, "The title of the conversation."),
            .init("snippet", "string", required: true, "HTML, with the hits in <mark>."),
            .init("score", "number", required: true, "The higher, the better."),
            .init("speaker", "string?", required: true, "The speaker's label in the conversation."),
            .init("person_id", "string?", required: true, "The person who speaks."),
            .init("voice_id", "string?", required: true, "The voice without a name that speaks."),
            .init("is_user", "boolean", required: true, "True if the user speaks.")),
        APISchema(
            "Voice", .init("id", "string", required: true, "The voice."),
            .init("label", "string", required: true, "A label such as Speaker 1."),
            .init("person_id", "string?", required: true, "The person whose voice it is."),
            .init("is_user", "boolean", required: true, "True for the user's voice."),
            .init("evidence", "number", required: true, "Seconds of speech. A voice without a name of less than 5 s is not recognized yet."),
            creation,
            .init("heard_at", "string?", required: true, "The end of the conversation with this voice that was stored last. UTC, RFC 3339."),
            .init("is_silent", "boolean", required: true, "True for a voice without a name that nobody can hear, because no audio of it is kept."),
            .init("adoption", "Adoption?", required: true, "Set if the voice got its owner automatically, by its sound.")),
        APISchema(
            "Adoption", .init("adopted_at", "string", required: true, "UTC, RFC 3339."),
            .init("distance", "number", required: true, "0 to 2; the smaller, the more similar the voices were.")),
        APISchema(
            "VoiceSample", .init("conversation_id", "string", required: true, "The conversation."),
            .init("segment_id", "string", required: true, "The segment."), start, end,
            .init("text", "string", required: true, "What is said."),
            .init("audio", "string", required: true, "A path of this API."),
            .init("audio_start", "number", required: true, "Seconds in that audio."),
            .init("audio_end", "number", required: true, "Seconds in that audio.")),
        APISchema(
            "NearVoice", .init("person_id", "string?", required: true, "The person; null for the user."),
            .init("is_user", "boolean", required: true, "True for the user."),
            .init("distance", "number", required: true, "0 to 2; the smaller, the more similar.")),
        APISchema(
            "ImportCount", .init("added", "integer", required: true, "Objects that are new."),
            .init("present", "integer", required: true, "Objects that were there, and stayed as they are.")),
        APISchema(
            "ImportNamesake", .init("name", "string", required: true, "The name of both."),
            .init("person_id", "string", required: true, "The person in the archive."),
            .init("other_person_id", "string", required: true, "Another person of the user.")),
        APISchema(
            "ImportRejection", .init("entry", "string", required: true, "The file in the archive."),
            .init("reason", "string", required: true, "Why it, or something in it, was left out.")),
    ]

    private static let sessions: [APISchema] = [
        APISchema(
            "OpenSession", .init("id", "string", required: true, "The session."),
            .init("state", "string", required: true, "open, or waiting for its client."),
            .init("started_at", "string", required: true, "UTC, RFC 3339."),
            .init("duration", "number", required: true, "Seconds of audio received."),
            .init("engine", "string", required: true, "The engine that serves."),
            .init("language", "string?", required: true, "The language that the client named."),
            .init("source", "string", required: true, "The protocol.")),
        APISchema(
            "Leg", .init("id", "string", required: true, "The attempt."), .init("engine", "string", required: true, "The engine."),
            .init("model", "string?", required: true, "The model."), .init("from", "number", required: true, "Seconds."),
            .init("to", "number?", required: true, "Seconds; null while the attempt runs."),
            .init("started_at", "string", required: true, "UTC, RFC 3339."),
            .init("ended_at", "string?", required: true, "UTC, RFC 3339."),
            .init("end", "string", required: true, "open, succeeded or failed."),
            .init("error", "string?", required: true, "The kind of the error."),
            .init("retries", "integer", required: true, "Number of retries."),
            .init("after", "string?", required: true, "The engine that had failed before."),
            .init("payer", "string", required: true, "operator or user."),
            .init("cost", "number?", required: true, "US dollars; null when unknown.")),
        APISchema(
            "TracedWord", .init("text", "string", required: true, "The word."), start, end,
            .init("confidence", "number", required: true, "0 to 1."), channel, .init("turn", "integer", required: true, "The turn, from 0."),
            .init("speaker", "integer?", required: true, "The engine's number of the speaker."),
            .init("versions", "[WordVersion]", required: true, "What the client was shown, in order.")),
        APISchema(
            "WordVersion", .init("at", "number?", required: true, "Seconds of audio received when the client was shown the version."),
            .init("text", "string", required: true, "The word."), .init("kind", "string", required: true, "interim, final or repair."),
            .init("engine", "string", required: true, "The engine."), .init("leg", "string?", required: true, "The attempt."),
            .init("reason", "string?", required: true, "Why it became final: end_of_turn, pause, length, flush or end_of_audio.")),
        APISchema(
            "ShownChange", channel, .init("at", "number", required: true, "Seconds of audio received."),
            .init("engine", "string", "Of an interim: the engine."),
            .init("kept", "integer", "Of an interim: how many words of the interim before are its first words."),
            .init("words", "[array]", "Of an interim: the words that follow, as [text, start, end]."),
            .init("through", "number", "Of a final: words before this position are final.")),
        APISchema(
            "SessionPart", .init("id", "string", required: true, "The conversation."),
            .init("from", "number", required: true, "Seconds in the session."),
            .init("shift", "number?", required: true, "Seconds to add to a position in the session to get that in the conversation.")),
        APISchema("HeardSpeech", channel, start, end),
        APISchema(
            "TurnJudgment", channel, .init("at", "number", required: true, "The pause that was judged, in seconds."),
            .init("p", "number", required: true, "Probability that the turn is over, 0 to 1."),
            .init("engine", "string?", required: true, "The engine whose model it is; null for the model that the gate asks.")),
        APISchema(
            "TurnEnd", channel, .init("turn", "integer", required: true, "The turn, from 0."), .init("at", "number", required: true, "Seconds."),
            .init("p", "number?", required: true, "Probability that the turn is over, 0 to 1; null when no model judged."),
            .init("over", "boolean", required: true, "False for the last words of a turn that goes on."),
            .init("reason", "string", required: true, "end_of_turn, pause, length, flush or end_of_audio.")),
        APISchema("Gap", channel, start, end, .init("reason", "string", required: true, "Why there are no words.")),
        APISchema(
            "Repair", channel, start, end, .init("engine", "string", required: true, "The engine."),
            .init("words", "integer", required: true, "Number of words.")),
    ]

    private static let administration: [APISchema] = [
        APISchema(
            "AccessKey", .init("id", "string", required: true, "The key."), .init("prefix", "string", required: true, "The beginning of the key."),
            .init("name", "string?", required: true, "The key's name."), .init("user", "string", required: true, "Whose data the key reads."),
            .init("scopes", "[string]", required: true, "What the key allows."),
            .init("languages", "[string]", required: true, "The languages that the key allows; empty: every language."), creation,
            .init("expires_at", "string?", required: true, "UTC, RFC 3339."), .init("revoked_at", "string?", required: true, "UTC, RFC 3339."),
            .init("credits", "integer?", required: true, "Seconds of audio that are left; null: no limit.")),
        APISchema(
            "UsageRow",
            [
                .init("day", "string", "The day of UTC, if the rows are by day."), .init("key", "string?", "The key's id, if the rows are by key."),
                .init("provider", "string", required: true, "The engine."), .init("model", "string?", required: true, "The model."),
                .init("workload", "string", required: true, "realtime, sync, background or another."),
            ] + usage),
        APISchema("UsageTotal", usage),
        APISchema(
            "Forecast", .init("month", "string", required: true, "The month of UTC."),
            .init("cost_so_far", "number", required: true, "US dollars."), .init("cost", "number", required: true, "US dollars of the whole month."),
            .init("audio_seconds", "number", required: true, "Audio of the whole month.")),
        APISchema(
            "Budget", .init("of", "string", required: true, "user or key."), .init("what", "string", required: true, "cost or audio_seconds."),
            .init("each", "string", required: true, "month or day."), .init("limit", "number", required: true, "US dollars or seconds."),
            .init("used", "number", required: true, "US dollars or seconds.")),
        APISchema(
            "Price", .init("provider", "string", required: true, "The engine."),
            .init("model", "string", required: true, "The model; * for an add-on of all models."),
            .init("live", "boolean", required: true, "True for live streams."), .init("per_hour", "number", required: true, "US dollars."),
            .init(
                "add_on", "string?", required: true,
                "A feature, such as speakers, terms or redaction: the price is added when the vendor is asked for it. null: the model's own price."),
            .init("billed_by", "string", required: true, "audio, or connection: from the opening of a stream to its close."),
            .init("read", "string", required: true, "The day on which the price was last read."),
            .init("source", "string", required: true, "Where the price was read."),
            .init(
                "old", "boolean", required: true,
                "True if the price was read more than 180 days ago, and Harken's own table was not reviewed since then.")),
        APISchema(
            "Failover", .init("at", "string", required: true, "UTC, RFC 3339."), .init("session", "string", required: true, "The session."),
            .init("from", "string", required: true, "The engine that failed."),
            .init("to", "string?", required: true, "The engine that took over."), .init("reason", "string", required: true, "The kind of the error.")),
        APISchema(
            "EngineState", .init("name", "string", required: true, "The engine."),
            .init("state", "string", required: true, "ready, loading or unavailable."), .init("why", "string", "Why the engine is unavailable.")),
        APISchema(
            "StoredUser", .init("user", "string", required: true, "The user."),
            .init("conversations", "integer", required: true, "Conversations, without deleted ones."),
            .init("audio_bytes", "integer", required: true, "Bytes of the conversations' audio."),
            .init("last_conversation_at", "string?", required: true, "Begin of the latest conversation, UTC, RFC 3339; null: there is none.")),
        APISchema(
            "UserDeletion", .init("user", "string", required: true, "The user."),
            .init("since", "string", required: true, "Begin of the deletion, UTC, RFC 3339."),
            .init("conversations", "integer", required: true, "Conversations that are not deleted yet.")),
        APISchema(
            "Disk", .init("path", "string", required: true, "The first of the gateway's folders on the disk."),
            .init(
                "state", "string", required: true,
                "ok, low (less than 10 % free, at most 50 GB, or less than 1 GB) or critical (less than 2 %, at most 2 GB, or less than 200 MB)."),
            .init("free_bytes", "integer", required: true, "Bytes that the gateway may still write."),
            .init("size_bytes", "integer", required: true, "Bytes in all.")),
        APISchema(
            "DataPart",
            .init(
                "part", "string", required: true,
                "database, audio, transcripts, uploads, results, journal, spool, recorder or models."),
            .init("bytes", "integer", required: true, "Bytes on the disk.")),
        APISchema(
            "Shortage", .init("what", "string", required: true, "What is missing."),
            .init("command", "string", required: true, "The command that mends it.")),
        APISchema(
            "Job",
            [
                .init("job_id", "string", required: true, "The job."),
                .init("status", "string", required: true, "queued, processing, completed, partial_failure or failed."),
                .init("status_url", "string", required: true, "The path that returns the job's state."),
                .init("conversation_id", "string?", required: true, "The first of the conversations."),
                .init("conversations", "[string]", required: true, "The conversations that the job has made or changed."),
                .init("error", "string?", required: true, "The reason for missing results."),
                .init("provider", "string", "The engine that failed; absent if none did."),
                .init("code", "string", "The failure's stable code, such as provider_key_refused."),
                .init("files", "[FileState]", "The files of the job, in order; absent until one is done, and for imports."),
                .init("name", "string", "Of an import: the file's name."),
                .init("bytes", "integer", "Of an import: the file's size."),
                .init("created_at", "string", "Of an import: the time of its order, UTC, RFC 3339."),
                .init("finished_at", "string?", "Of an import: the time of its end, UTC, RFC 3339; null while it is not over."),
                .init("heard", "number?", "Of an import: seconds that are recognized; null if this gateway does not work on it now."),
                .init("duration", "number?", "Of an import: the recording's length in seconds; null while it is not known."),
                .init("warnings", "[string]", "Of an import: what was noticed about the file, such as a cut; absent if nothing was."),
                .init("sound_tracks", "integer", "Of an import: number of sound tracks, where one of several was heard."),
                .init("mixed_channels", "integer", "Of an import: number of channels, where they have different sound and were mixed."),
            ]),
        APISchema(
            "FileState", .init("status", "string", required: true, "completed or failed."),
            .init("error", "string?", required: true, "The reason for missing results."),
            .init("provider", "string", "The engine that failed; absent if none did."),
            .init("code", "string", "The failure's stable code, such as provider_key_refused."),
            .init("warnings", "[string]", "What was noticed about the file, such as a cut; absent if nothing was."),
            .init("sound_tracks", "integer", "Number of sound tracks, where one of several was heard.")),
        APISchema(
            "WebhookDelivery",
            [
                .init("id", "string", required: true, "The delivery, and the Idempotency-Key of a conversation's requests."),
                .init("webhook", "string", required: true, "conversation or transcript."),
                .init("conversation_id", "string", required: true, "The conversation."),
                .init("title", "string?", required: true, "The conversation's title."),
                .init("started_at", "string", required: true, "Start of the conversation, UTC, RFC 3339."),
                .init("failures", "integer", required: true, "Number of failed attempts."),
                .init("failing_since", "string?", required: true, "Time of the first failed attempt; null when none has failed."),
                .init(
                    "next_attempt_at", "string?", required: true,
                    "Earliest time of the next attempt, which follows the deliveries before it; null when the delivery was given up."),
                .init("given_up_at", "string?", required: true, "When the delivery was given up; null while it waits."),
                .init(
                    "cause", "string?", required: true,
                    """
                    Why the last attempt failed: refused, failed, timed_out, unresolved, unreachable, untrusted, broken, forbidden_address, \
                    switched_off or webhook_removed; null when none has failed.
                    """),
                .init("receiver_status", "integer?", required: true, "Status of the receiver's answer; null when there was none."),
                .init("reason", "string?", required: true, "The cause in words."),
            ]),
        APISchema(
            "ProviderKey", .init("provider", "string", required: true, "The vendor."),
            .init("fingerprint", "string", required: true, "SHA-256 of the key, in hexadecimal."), creation),
    ]
}
