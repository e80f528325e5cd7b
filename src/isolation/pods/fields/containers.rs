//! Containers of the three lists and what they hold.

use super::metadata::{OBJECT_FIELD_SELECTOR, RESOURCE_FIELD_SELECTOR};
use super::shape::table;

table! {
    SE_LINUX_OPTIONS = "SELinuxOptions" {
        level: string, role: string, type: string, user: string,
    }
    SECCOMP_PROFILE = "SeccompProfile" {
        localhostProfile: string, type: string,
    }
    APP_ARMOR_PROFILE = "AppArmorProfile" {
        localhostProfile: string, type: string,
    }
    WINDOWS_SECURITY_CONTEXT_OPTIONS = "WindowsSecurityContextOptions" {
        gmsaCredentialSpec: string, gmsaCredentialSpecName: string, hostProcess: boolean,
        runAsUserName: string,
    }
    CONTAINER = "Container" {
        args: [string], command: [string], env: [ENV_VAR], envFrom: [ENV_FROM_SOURCE],
        image: string, imagePullPolicy: string, lifecycle: LIFECYCLE, livenessProbe: PROBE,
        name: string, ports: [CONTAINER_PORT], readinessProbe: PROBE,
        resizePolicy: [CONTAINER_RESIZE_POLICY], resources: RESOURCE_REQUIREMENTS,
        restartPolicy: string, 34 restartPolicyRules: [CONTAINER_RESTART_RULE],
        securityContext: SECURITY_CONTEXT, startupProbe: PROBE, stdin: boolean,
        stdinOnce: boolean, terminationMessagePath: string, terminationMessagePolicy: string,
        tty: boolean, volumeDevices: [VOLUME_DEVICE], volumeMounts: [VOLUME_MOUNT],
        workingDir: string,
    }
    ENV_VAR = "EnvVar" {
        name: string, value: string, valueFrom: ENV_VAR_SOURCE,
    }
    ENV_VAR_SOURCE = "EnvVarSource" {
        configMapKeyRef: CONFIG_MAP_KEY_SELECTOR, fieldRef: OBJECT_FIELD_SELECTOR,
        34 fileKeyRef: FILE_KEY_SELECTOR, resourceFieldRef: RESOURCE_FIELD_SELECTOR,
        secretKeyRef: SECRET_KEY_SELECTOR,
    }
    CONFIG_MAP_KEY_SELECTOR = "ConfigMapKeySelector" {
        key: string, name: string, optional: boolean,
    }
    FILE_KEY_SELECTOR = "FileKeySelector" {
        34 key: string, 34 optional: boolean, 34 path: string, 34 volumeName: string,
    }
    SECRET_KEY_SELECTOR = "SecretKeySelector" {
        key: string, name: secret, optional: boolean,
    }
    ENV_FROM_SOURCE = "EnvFromSource" {
        configMapRef: CONFIG_MAP_ENV_SOURCE, prefix: string, secretRef: SECRET_ENV_SOURCE,
    }
    CONFIG_MAP_ENV_SOURCE = "ConfigMapEnvSource" {
        name: string, optional: boolean,
    }
    SECRET_ENV_SOURCE = "SecretEnvSource" {
        name: secret, optional: boolean,
    }
    LIFECYCLE = "Lifecycle" {
        postStart: LIFECYCLE_HANDLER, preStop: LIFECYCLE_HANDLER, stopSignal: string,
    }
    LIFECYCLE_HANDLER = "LifecycleHandler" {
        exec: EXEC_ACTION, httpGet: HTTP_GET_ACTION, sleep: SLEEP_ACTION,
        tcpSocket: TCP_SOCKET_ACTION,
    }
    EXEC_ACTION = "ExecAction" {
        command: [string],
    }
    HTTP_GET_ACTION = "HTTPGetAction" {
        host: string, httpHeaders: [HTTP_HEADER], path: string, port: int_or_string,
        37 protocol: string, scheme: string,
    }
    HTTP_HEADER = "HTTPHeader" {
        name: string, value: string,
    }
    SLEEP_ACTION = "SleepAction" {
        seconds: integer,
    }
    TCP_SOCKET_ACTION = "TCPSocketAction" {
        host: string, port: int_or_string,
    }
    PROBE = "Probe" {
        exec: EXEC_ACTION, failureThreshold: integer, grpc: GRPC_ACTION, httpGet: HTTP_GET_ACTION,
        initialDelaySeconds: integer, periodSeconds: integer, successThreshold: integer,
        tcpSocket: TCP_SOCKET_ACTION, terminationGracePeriodSeconds: integer,
        timeoutSeconds: integer,
    }
    GRPC_ACTION = "GRPCAction" {
        37 mode: string, port: integer, service: string,
    }
    CONTAINER_PORT = "ContainerPort" {
        containerPort: integer, hostIP: string, hostPort: integer, name: string, protocol: string,
    }
    CONTAINER_RESIZE_POLICY = "ContainerResizePolicy" {
        resourceName: string, restartPolicy: string,
    }
    RESOURCE_REQUIREMENTS = "ResourceRequirements" {
        claims: [RESOURCE_CLAIM], limits: {quantity}, requests: {quantity},
    }
    RESOURCE_CLAIM = "ResourceClaim" {
        name: string, request: string,
    }
    CONTAINER_RESTART_RULE = "ContainerRestartRule" {
        34 action: string, 34 exitCodes: CONTAINER_RESTART_RULE_ON_EXIT_CODES,
    }
    CONTAINER_RESTART_RULE_ON_EXIT_CODES = "ContainerRestartRuleOnExitCodes" {
        34 operator: string, 34 values: [integer],
    }
    SECURITY_CONTEXT = "SecurityContext" {
        allowPrivilegeEscalation: boolean, appArmorProfile: APP_ARMOR_PROFILE,
        capabilities: CAPABILITIES, privileged: boolean, procMount: string,
        readOnlyRootFilesystem: boolean, runAsGroup: integer, runAsNonRoot: boolean,
        runAsUser: integer, seLinuxOptions: SE_LINUX_OPTIONS, seccompProfile: SECCOMP_PROFILE,
        windowsOptions: WINDOWS_SECURITY_CONTEXT_OPTIONS,
    }
    CAPABILITIES = "Capabilities" {
        add: [string], drop: [string],
    }
    VOLUME_DEVICE = "VolumeDevice" {
        devicePath: string, name: string,
    }
    VOLUME_MOUNT = "VolumeMount" {
        37 bindMountOptions: [string], mountPath: string, mountPropagation: string, name: string,
        readOnly: boolean, recursiveReadOnly: string, subPath: string, subPathExpr: string,
    }
    EPHEMERAL_CONTAINER = "EphemeralContainer" {
        args: [string], command: [string], env: [ENV_VAR], envFrom: [ENV_FROM_SOURCE],
        image: string, imagePullPolicy: string, lifecycle: LIFECYCLE, livenessProbe: PROBE,
        name: string, ports: [CONTAINER_PORT], readinessProbe: PROBE,
        resizePolicy: [CONTAINER_RESIZE_POLICY], resources: RESOURCE_REQUIREMENTS,
        restartPolicy: string, 34 restartPolicyRules: [CONTAINER_RESTART_RULE],
        securityContext: SECURITY_CONTEXT, startupProbe: PROBE, stdin: boolean,
        stdinOnce: boolean, targetContainerName: string, terminationMessagePath: string,
        terminationMessagePolicy: string, tty: boolean, volumeDevices: [VOLUME_DEVICE],
        volumeMounts: [VOLUME_MOUNT], workingDir: string,
    }
}
