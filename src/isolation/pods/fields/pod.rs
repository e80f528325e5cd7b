//! The Pod spec itself.

use super::containers::{
    APP_ARMOR_PROFILE, CONTAINER, EPHEMERAL_CONTAINER, RESOURCE_REQUIREMENTS, SE_LINUX_OPTIONS,
    SECCOMP_PROFILE, WINDOWS_SECURITY_CONTEXT_OPTIONS,
};
use super::metadata::LOCAL_OBJECT_REFERENCE;
use super::scheduling::{AFFINITY, TOLERATION, TOPOLOGY_SPREAD_CONSTRAINT};
use super::shape::table;
use super::volumes::VOLUME;

table! {
    POD_SPEC = "PodSpec" {
        activeDeadlineSeconds: integer, affinity: AFFINITY, automountServiceAccountToken: boolean,
        containers: [CONTAINER], dnsConfig: POD_DNS_CONFIG, dnsPolicy: string,
        enableServiceLinks: boolean, ephemeralContainers: [EPHEMERAL_CONTAINER],
        hostAliases: [HOST_ALIAS], hostIPC: boolean, hostNetwork: boolean, hostPID: boolean,
        hostUsers: boolean, hostname: string, 34 hostnameOverride: string,
        imagePullSecrets: [LOCAL_OBJECT_REFERENCE], initContainers: [CONTAINER], nodeName: string,
        nodeSelector: {string}, os: POD_OS, overhead: {quantity}, preemptionPolicy: string,
        priority: integer, priorityClassName: string, readinessGates: [POD_READINESS_GATE],
        resourceClaims: [POD_RESOURCE_CLAIM], resources: RESOURCE_REQUIREMENTS,
        restartPolicy: string, runtimeClassName: string, schedulerName: string,
        schedulingGates: [POD_SCHEDULING_GATE], 36 schedulingGroup: POD_SCHEDULING_GROUP,
        securityContext: POD_SECURITY_CONTEXT, serviceAccount: string, serviceAccountName: string,
        setHostnameAsFQDN: boolean, shareProcessNamespace: boolean, subdomain: string,
        terminationGracePeriodSeconds: integer, tolerations: [TOLERATION],
        topologySpreadConstraints: [TOPOLOGY_SPREAD_CONSTRAINT], volumes: [VOLUME],
        35 workloadRef: WORKLOAD_REFERENCE,
    }
    POD_DNS_CONFIG = "PodDNSConfig" {
        nameservers: [string], options: [POD_DNS_CONFIG_OPTION], searches: [string],
    }
    POD_DNS_CONFIG_OPTION = "PodDNSConfigOption" {
        name: string, value: string,
    }
    HOST_ALIAS = "HostAlias" {
        hostnames: [string], ip: string,
    }
    POD_OS = "PodOS" {
        name: string,
    }
    POD_READINESS_GATE = "PodReadinessGate" {
        conditionType: string,
    }
    POD_RESOURCE_CLAIM = "PodResourceClaim" {
        name: string, resourceClaimName: string, resourceClaimTemplateName: string,
    }
    POD_SCHEDULING_GATE = "PodSchedulingGate" {
        name: string,
    }
    POD_SCHEDULING_GROUP = "PodSchedulingGroup" {
        36 podGroupName: string,
    }
    POD_SECURITY_CONTEXT = "PodSecurityContext" {
        appArmorProfile: APP_ARMOR_PROFILE, fsGroup: integer, fsGroupChangePolicy: string,
        runAsGroup: integer, runAsNonRoot: boolean, runAsUser: integer,
        seLinuxChangePolicy: string, seLinuxOptions: SE_LINUX_OPTIONS,
        seccompProfile: SECCOMP_PROFILE, supplementalGroups: [integer],
        supplementalGroupsPolicy: string, sysctls: [SYSCTL],
        windowsOptions: WINDOWS_SECURITY_CONTEXT_OPTIONS,
    }
    SYSCTL = "Sysctl" {
        name: string, value: string,
    }
    WORKLOAD_REFERENCE = "WorkloadReference" {
        35 name: string, 35 podGroup: string, 35 podGroupReplicaKey: string,
    }
}
