import Speech

extension PriceTable {
    /// Harken's own table: what vendors publish, for accounts that pay as they go. An operator's file replaces it.
    package static let standard = PriceTable(
        rates: (try? PriceTable(parsing: standardText))?.rates ?? [], reviewed: UnixTime(rfc3339: "2026-11-29"))

    /// The table as a price file. Each line names the page, and the second day is that of the reading.
    package static let standardText = """
        # ENGINE MODEL [live] [ADD-ON] [connection] [second] DOLLARS-PER-HOUR FROM-DAY[/DAY-READ] SOURCE
        # ADD-ON: added when the vendor is asked for it. One of chapters, entities, highlights, intents, medical, moderation, profanity, redaction,
        # sentiment, speakers, summary, terms, topics, understanding. With the model *: the same with all models of the vendor. 0: included.
        # connection: billed from open to close, not by the audio. second: the time is rounded to the nearest second.
        # "?": no public source says the price.

        deepgram nova-3 0.288 2026-05-25 deepgram.com/pricing
        deepgram nova-3 0.462 2026-08-01 deepgram.com/pricing
        deepgram nova-3 0.258 2026-08-10/2026-10-08 deepgram.com/pricing
        deepgram nova-3-general 0.288 2026-05-25 deepgram.com/pricing
        deepgram nova-3-general 0.462 2026-08-01 deepgram.com/pricing
        deepgram nova-3-general 0.258 2026-08-10/2026-10-08 deepgram.com/pricing
        deepgram nova-3-multilingual 0.348 2026-05-25 deepgram.com/pricing
        deepgram nova-3-multilingual 0.552 2026-08-01 deepgram.com/pricing
        deepgram nova-3-multilingual 0.312 2026-08-10/2026-09-19 deepgram.com/pricing
        deepgram nova-3-general-multilingual 0.348 2026-05-25 deepgram.com/pricing
        deepgram nova-3-general-multilingual 0.552 2026-08-01 deepgram.com/pricing
        deepgram nova-3-general-multilingual 0.312 2026-08-10/2026-09-19 deepgram.com/pricing
        deepgram nova-3 live connection 0.288 2026-05-05/2026-10-08 deepgram.com/pricing
        deepgram nova-3-general live connection 0.288 2026-05-05/2026-10-08 deepgram.com/pricing
        deepgram nova-3-multilingual live connection 0.348 2026-05-05/2026-10-08 deepgram.com/pricing
        deepgram nova-3-general-multilingual live connection 0.348 2026-05-05/2026-10-08 deepgram.com/pricing
        deepgram flux-general-en live connection 0.39 2026-08-01/2026-10-08 deepgram.com/pricing
        deepgram flux-general-multi live connection 0.468 2026-08-01/2026-11-04 deepgram.com/pricing
        deepgram nova-3-medical ? 2026-11-28 deepgram.com/pricing names no price for it
        deepgram nova-3-medical live ? 2026-11-28 deepgram.com/pricing names no price for it
        deepgram nova-2 ? 2026-11-28 no dated reading of deepgram.com/pricing
        deepgram nova-2 live ? 2026-11-28 no dated reading of deepgram.com/pricing
        deepgram * speakers 0.12 2026-05-25 deepgram.com/pricing
        deepgram * speakers 0 2026-08-28/2026-09-19 deepgram.com/pricing, included in recordings
        deepgram * terms 0.078 2026-06-04/2026-09-19 deepgram.com/pricing
        deepgram * redaction 0.12 2026-08-10/2026-09-19 deepgram.com/pricing
        deepgram * entities 0.102 2026-08-10/2026-09-19 deepgram.com/pricing
        deepgram * summary ? 2026-08-10 deepgram.com/pricing, billed by tokens
        deepgram * topics ? 2026-08-10 deepgram.com/pricing, billed by tokens
        deepgram * intents ? 2026-08-10 deepgram.com/pricing, billed by tokens
        deepgram * sentiment ? 2026-08-10 deepgram.com/pricing, billed by tokens
        deepgram * live speakers 0.12 2026-05-05/2026-10-08 deepgram.com/pricing
        deepgram * live terms 0.078 2026-06-04/2026-10-08 deepgram.com/pricing
        deepgram * live redaction 0.12 2026-08-10/2026-10-08 deepgram.com/pricing
        deepgram * live entities 0.102 2026-08-10/2026-09-19 deepgram.com/pricing

        assemblyai universal-2 0.15 2026-05-05/2026-10-07 assemblyai.com/pricing
        assemblyai universal-2 terms 0 2026-05-05/2026-09-19 assemblyai.com/pricing, included
        assemblyai universal-3-pro 0.21 2026-05-25/2026-06-24 assemblyai.com/pricing
        assemblyai universal-3-pro terms 0.05 2026-04-07/2026-09-19 assemblyai.com/pricing
        assemblyai u3-pro 0.21 2026-05-25/2026-05-26 assemblyai.com/pricing
        assemblyai u3-pro ? 2026-06-24 assemblyai.com/llms/models.md has this name for live audio only
        assemblyai universal-3-5-pro 0.21 2026-08-01/2026-10-07 assemblyai.com/pricing
        assemblyai universal-3-5-pro terms 0.05 2026-08-01/2026-09-19 assemblyai.com/pricing
        assemblyai * speakers 0.02 2026-04-07/2026-09-19 assemblyai.com/pricing
        assemblyai * medical 0.15 2026-04-07/2026-09-19 assemblyai.com/pricing
        assemblyai * entities 0.08 2026-04-07/2026-09-19 assemblyai.com/pricing
        assemblyai * sentiment 0.02 2026-04-07/2026-09-19 assemblyai.com/pricing
        assemblyai * summary 0.03 2026-04-07/2026-06-24 assemblyai.com/pricing
        assemblyai * redaction 0.08 2026-04-07/2026-08-13 assemblyai.com/pricing
        assemblyai * topics 0.15 2026-04-07 assemblyai.com/llms/pricing.md
        assemblyai * chapters 0.08 2026-04-07 assemblyai.com/llms/pricing.md
        assemblyai * highlights 0.01 2026-04-07 assemblyai.com/llms/pricing.md
        assemblyai * moderation 0.15 2026-04-07 assemblyai.com/llms/pricing.md
        assemblyai * profanity 0.01 2026-04-07 assemblyai.com/llms/pricing.md
        assemblyai * understanding ? 2026-11-29 assemblyai.com/pricing, its price is that of each work
        assemblyai universal-streaming-english live connection 0.15 2026-05-05/2026-10-08 assemblyai.com/llms/pricing.md
        assemblyai universal-streaming-english live terms 0.04 2026-11-28 assemblyai.com/docs/streaming/keyterms-prompting
        assemblyai universal-streaming-multilingual live connection 0.15 2026-05-26/2026-10-08 assemblyai.com/llms/pricing.md
        assemblyai universal-streaming-multilingual live terms 0.04 2026-11-28 assemblyai.com/docs/streaming/keyterms-prompting
        assemblyai universal-3-5-pro live connection 0.45 2026-08-01/2026-09-19 assemblyai.com/pricing
        assemblyai universal-3-5-pro live terms 0 2026-08-01/2026-09-19 assemblyai.com/pricing, included
        assemblyai u3-rt-pro live connection 0.45 2026-05-26/2026-09-19 assemblyai.com/pricing
        assemblyai u3-rt-pro live terms 0 2026-04-07/2026-09-19 assemblyai.com/pricing, included
        assemblyai universal-3-6-pro live connection 0.45 2026-10-07/2026-10-08 assemblyai.com/llms/pricing.md
        assemblyai universal-3-6-pro live terms 0 2026-10-08 assemblyai.com/llms/pricing.md, included
        assemblyai whisper-rt live connection 0.30 2026-05-26 assemblyai.com/pricing
        assemblyai whisper-rt live terms 0 2026-04-07 assemblyai.com/llms/pricing.md, not available with this model
        assemblyai * live speakers 0.12 2026-08-01/2026-10-08 assemblyai.com/llms/pricing.md
        assemblyai * live medical 0.15 2026-04-07/2026-09-17 assemblyai.com/pricing
        assemblyai * live profanity 0.01 2026-04-07 assemblyai.com/llms/pricing.md
        assemblyai * live redaction ? 2026-11-29 readings of assemblyai.com/pricing disagree, 0.08 and 0.12
        assemblyai * live understanding ? 2026-11-29 assemblyai.com/pricing, billed by tokens

        soniox stt-async-v5 0.10 2026-11-28 soniox.com/speech-to-text/features/diarization
        soniox stt-async-v4 0.10 2026-05-19/2026-11-28 soniox.com/speech-to-text/features/diarization
        soniox stt-rt-v4 live connection 0.12 2026-05-19/2026-11-28 soniox.com/speech-to-text/features/diarization
        soniox stt-rt-v5 live connection 0.12 2026-11-28 soniox.com/speech-to-text/features/diarization

        speechmatics enhanced 0.40 2026-07-31/2026-08-15 speechmatics.com/pricing
        speechmatics enhanced live 0.43 2026-07-31/2026-09-20 speechmatics.com/pricing; by users' reports for the audio that is sent
        speechmatics standard 0.24 2026-07-31/2026-08-15 speechmatics.com/pricing
        speechmatics standard live 0.24 2026-07-31/2026-09-20 speechmatics.com/pricing; by users' reports for the audio that is sent
        speechmatics melia-1 0.129 2026-07-31/2026-08-15 speechmatics.com/pricing
        speechmatics linden-1 live 0.30 2026-09-25 speechmatics.com/voice-agents; by users' reports for the audio that is sent

        openai whisper-1 second 0.36 2026-04-27/2026-09-09 developers.openai.com/api/docs/models/whisper-1
        openai gpt-transcribe 0.27 2026-11-28 developers.openai.com/api/docs/models/gpt-transcribe
        openai gpt-transcribe live 0.27 2026-11-28 developers.openai.com/api/docs/models/gpt-transcribe
        openai gpt-live-transcribe live 1.02 2026-11-28 developers.openai.com/api/docs/models/gpt-live-transcribe
        openai gpt-realtime-whisper live 1.02 2026-11-28 developers.openai.com/api/docs/models/gpt-realtime-whisper
        openai gpt-4o-transcribe 0.36 2026-04-25/2026-09-25 developers.openai.com/api/docs/pricing, its estimate; billed by tokens
        openai gpt-4o-mini-transcribe 0.18 2026-04-25/2026-09-09 developers.openai.com/api/docs/pricing, its estimate; billed by tokens
        openai gpt-4o-transcribe live 0.36 2026-04-25/2026-09-25 developers.openai.com/api/docs/pricing, its estimate; billed by tokens
        openai gpt-4o-mini-transcribe live 0.18 2026-04-25/2026-09-09 developers.openai.com/api/docs/pricing, its estimate; billed by tokens
        openai gpt-4o-transcribe-diarize 0.36 2026-09-29 developers.openai.com/api/docs/pricing, its estimate; billed by tokens
        """
}
