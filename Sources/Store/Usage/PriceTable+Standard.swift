extension PriceTable {
    /// Harken's own table: what vendors publish, for accounts that pay as they go. An operator's file replaces it.
    package static let standard = (try? PriceTable(parsing: standardText)) ?? PriceTable(rates: [])

    /// The table as a price file. Each line names the page, and the second day is that of the reading.
    package static let standardText = """
        # ENGINE MODEL [live] [speakers or terms] [connection] [second] DOLLARS-PER-HOUR FROM-DAY[/DAY-READ] SOURCE
        # speakers, terms: added when speaker labels, or key terms, are asked for. connection: billed from open to close, not by the audio.
        # second: the time is rounded to the nearest second. "?": no public source says the price.

        deepgram nova-3 0.288 2026-05-25 deepgram.com/pricing
        deepgram nova-3 0.462 2026-08-01 deepgram.com/pricing
        deepgram nova-3 speakers 0.12 2026-05-25 deepgram.com/pricing
        deepgram nova-3-general 0.288 2026-05-25 deepgram.com/pricing
        deepgram nova-3-general 0.462 2026-08-01 deepgram.com/pricing
        deepgram nova-3-general speakers 0.12 2026-05-25 deepgram.com/pricing
        deepgram nova-3-multilingual 0.348 2026-05-25 deepgram.com/pricing
        deepgram nova-3-multilingual 0.552 2026-08-01 deepgram.com/pricing
        deepgram nova-3-multilingual speakers 0.12 2026-05-25 deepgram.com/pricing
        deepgram nova-3 live connection 0.288 2026-05-05/2026-09-20 deepgram.com/pricing
        deepgram nova-3 live speakers 0.12 2026-05-05/2026-09-20 deepgram.com/pricing
        deepgram nova-3-general live connection 0.288 2026-05-05/2026-09-20 deepgram.com/pricing
        deepgram nova-3-general live speakers 0.12 2026-05-05/2026-09-20 deepgram.com/pricing
        deepgram nova-3-multilingual live connection 0.348 2026-05-05/2026-09-20 deepgram.com/pricing
        deepgram nova-3-multilingual live speakers 0.12 2026-05-05/2026-09-20 deepgram.com/pricing
        deepgram flux-general-en live connection 0.39 2026-08-01/2026-09-25 deepgram.com/pricing
        deepgram flux-general-multi live connection 0.468 2026-08-01/2026-11-04 deepgram.com/pricing
        deepgram nova-3-medical ? 2026-11-28 deepgram.com/pricing names no price for it
        deepgram nova-3-medical live ? 2026-11-28 deepgram.com/pricing names no price for it
        deepgram nova-2 ? 2026-11-28 no dated reading of deepgram.com/pricing
        deepgram nova-2 live ? 2026-11-28 no dated reading of deepgram.com/pricing

        assemblyai universal-2 0.15 2026-05-05/2026-10-07 assemblyai.com/pricing
        assemblyai universal-2 speakers 0.02 2026-05-05/2026-08-01 assemblyai.com/pricing
        assemblyai universal-3-pro 0.21 2026-05-25/2026-05-26 assemblyai.com/pricing
        assemblyai universal-3-pro speakers 0.02 2026-05-25/2026-08-01 assemblyai.com/pricing
        assemblyai u3-pro 0.21 2026-05-25/2026-05-26 assemblyai.com/pricing
        assemblyai u3-pro speakers 0.02 2026-05-25/2026-08-01 assemblyai.com/pricing
        assemblyai universal-3-5-pro 0.21 2026-08-01/2026-10-07 assemblyai.com/pricing
        assemblyai universal-3-5-pro speakers 0.02 2026-08-01 assemblyai.com/pricing
        assemblyai universal-streaming-english live connection 0.15 2026-05-05/2026-08-01 assemblyai.com/pricing
        assemblyai universal-streaming-english live speakers 0.12 2026-08-01 assemblyai.com/pricing
        assemblyai universal-streaming-english live terms 0.04 2026-11-28 assemblyai.com/docs/streaming/keyterms-prompting
        assemblyai universal-streaming-multilingual live connection 0.15 2026-05-26/2026-08-01 assemblyai.com/pricing
        assemblyai universal-streaming-multilingual live speakers 0.12 2026-08-01 assemblyai.com/pricing
        assemblyai universal-streaming-multilingual live terms 0.04 2026-11-28 assemblyai.com/docs/streaming/keyterms-prompting
        assemblyai universal-3-5-pro live connection 0.45 2026-08-01 assemblyai.com/pricing
        assemblyai universal-3-5-pro live speakers 0.12 2026-08-01 assemblyai.com/pricing
        assemblyai u3-rt-pro live connection 0.45 2026-05-26/2026-08-01 assemblyai.com/pricing
        assemblyai u3-rt-pro live speakers 0.12 2026-08-01 assemblyai.com/pricing
        assemblyai universal-3-6-pro live connection 0.45 2026-10-07 assemblyai.com/pricing
        assemblyai universal-3-6-pro live speakers 0.12 2026-08-01 assemblyai.com/pricing
        assemblyai whisper-rt live connection 0.30 2026-05-26 assemblyai.com/pricing

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
