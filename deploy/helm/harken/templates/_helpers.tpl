{{- define "harken.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "harken.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "harken.labels" -}}
{{ include "harken.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "harken.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}

{{- define "harken.serviceAccount" -}}
{{- default (include "harken.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "harken.secret" -}}
{{- required "existingSecret: name a Kubernetes secret with the keys `secret` and `database-url`" .Values.existingSecret -}}
{{- end -}}

{{/* Combinations of values that cannot work. */}}
{{- define "harken.check" -}}
{{- if eq (empty .Values.blobs.url) (empty .Values.blobs.existingClaim) -}}
{{- fail "blobs: set either blobs.url (object storage) or blobs.existingClaim (a volume that all gateways mount)" -}}
{{- end -}}
{{- if and (eq .Values.models.source "claim") (empty .Values.models.existingClaim) -}}
{{- fail "models.source is claim: set models.existingClaim" -}}
{{- end -}}
{{- if and (eq .Values.models.source "archive") (empty .Values.models.archiveUrl) -}}
{{- fail "models.source is archive: set models.archiveUrl" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.scaleDown.stabilizationSeconds) (int .Values.drainSeconds)) -}}
{{- fail "autoscaling.scaleDown.stabilizationSeconds must be at least drainSeconds: the next pod would be removed while one drains" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not .Values.autoscaling.sessions.enabled) (not .Values.autoscaling.cpuPercent) -}}
{{- fail "autoscaling: use autoscaling.sessions, autoscaling.cpuPercent, or both" -}}
{{- end -}}
{{- range $name, $_ := .Values.settings -}}
{{- if has $name (list "HARKEN_BLOBS" "HARKEN_CONFIG" "HARKEN_DATA" "HARKEN_DATABASE_URL" "HARKEN_DRAIN_SECONDS" "HARKEN_LISTEN" "HARKEN_MAX_CONNECTIONS" "HARKEN_METRICS_LISTEN" "HARKEN_MODELS") -}}
{{- fail (printf "settings: %s has a value of the chart's own" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "harken.environment" -}}
# The image's /etc/harken.conf can be read by the package's user only.
- {name: HARKEN_CONFIG, value: /dev/null}
- {name: HARKEN_DATA, value: /var/lib/harken/data}
- {name: HARKEN_LISTEN, value: "0.0.0.0:8080"}
- {name: HARKEN_METRICS_LISTEN, value: "0.0.0.0:8081"}
- {name: HARKEN_DRAIN_SECONDS, value: {{ .Values.drainSeconds | quote }}}
- {name: HARKEN_MAX_CONNECTIONS, value: {{ .Values.maxConnections | quote }}}
- name: HARKEN_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ include "harken.secret" . }}, key: {{ .Values.secretKeys.databaseUrl }}}}
{{- if .Values.database.caSecret }}
- {name: PGSSLROOTCERT, value: /run/database/ca.crt}
{{- end }}
{{- with .Values.blobs.url }}
- {name: HARKEN_BLOBS, value: {{ . | quote }}}
{{- end }}
{{- if ne .Values.models.source "image" }}
- {name: HARKEN_MODELS, value: {{ ternary "/nowhere" "/models/models-v1" (eq .Values.models.source "none") }}}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "harken.environmentFrom" -}}
{{- with .Values.settingsSecrets }}
envFrom:
{{- range . }}
  - secretRef: {name: {{ . }}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "harken.prepare" -}}
- name: prepare
  image: {{ include "harken.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [/bin/sh, -c]
  args:
    - |
{{ .Files.Get "files/prepare.sh" | indent 6 }}
  env:
    - {name: HARKEN_DATA, value: /var/lib/harken/data}
    - {name: SECRET_FILE, value: /run/harken/secret}
    - {name: SHARED_FOLDER, value: {{ ternary "/var/lib/harken-shared" "" (not (empty .Values.blobs.existingClaim)) | quote }}}
  securityContext: {{- toYaml .Values.securityContext | nindent 4 }}
  resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
  volumeMounts:
    - {name: data, mountPath: /var/lib/harken}
    - {name: secret, mountPath: /run/harken, readOnly: true}
    {{- if .Values.blobs.existingClaim }}
    - {name: shared, mountPath: /var/lib/harken-shared}
    {{- end }}
{{- end -}}

{{/* What each program of the gateway needs, without the models. */}}
{{- define "harken.dataMounts" -}}
- {name: data, mountPath: /var/lib/harken}
- {name: temporary, mountPath: /tmp}
{{- if .Values.blobs.existingClaim }}
- {name: shared, mountPath: /var/lib/harken-shared}
{{- end }}
{{- if .Values.database.caSecret }}
- {name: database-ca, mountPath: /run/database, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "harken.mounts" -}}
{{ include "harken.dataMounts" . }}
{{- if has .Values.models.source (list "claim" "archive") }}
- {name: models, mountPath: /models, readOnly: true}
{{- end }}
{{- end -}}

{{- define "harken.dataVolumes" -}}
- name: secret
  secret:
    secretName: {{ include "harken.secret" . }}
    defaultMode: 0440
    items: [{key: {{ .Values.secretKeys.secret }}, path: secret}]
- {name: temporary, emptyDir: {}}
{{- with .Values.blobs.existingClaim }}
- {name: shared, persistentVolumeClaim: {claimName: {{ . }}}}
{{- end }}
{{- with .Values.database.caSecret }}
- {name: database-ca, secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "harken.volumes" -}}
{{ include "harken.dataVolumes" . }}
{{- if eq .Values.models.source "claim" }}
- {name: models, persistentVolumeClaim: {claimName: {{ .Values.models.existingClaim }}, readOnly: true}}
{{- else if eq .Values.models.source "archive" }}
- {name: models, emptyDir: {sizeLimit: {{ .Values.models.archiveSize }}}}
{{- end }}
{{- end -}}
