//! Volumes and every source that Kubernetes knows.

use super::metadata::{
    KEY_TO_PATH, LABEL_SELECTOR, LOCAL_OBJECT_REFERENCE, OBJECT_FIELD_SELECTOR, OBJECT_META,
    RESOURCE_FIELD_SELECTOR, TYPED_LOCAL_OBJECT_REFERENCE, TYPED_OBJECT_REFERENCE,
};
use super::shape::table;

table! {
    PROJECTED_VOLUME_SOURCE = "ProjectedVolumeSource" {
        defaultMode: integer, 37 defaultUser: integer, sources: [VOLUME_PROJECTION],
    }
    VOLUME_PROJECTION = "VolumeProjection" {
        clusterTrustBundle: CLUSTER_TRUST_BUNDLE_PROJECTION, configMap: CONFIG_MAP_PROJECTION,
        downwardAPI: DOWNWARD_API_PROJECTION, 34 podCertificate: POD_CERTIFICATE_PROJECTION,
        secret: SECRET_PROJECTION, serviceAccountToken: SERVICE_ACCOUNT_TOKEN_PROJECTION,
    }
    CLUSTER_TRUST_BUNDLE_PROJECTION = "ClusterTrustBundleProjection" {
        labelSelector: LABEL_SELECTOR, name: string, optional: boolean, path: string,
        signerName: string, 37 user: integer,
    }
    CONFIG_MAP_PROJECTION = "ConfigMapProjection" {
        items: [KEY_TO_PATH], name: string, optional: boolean,
    }
    DOWNWARD_API_PROJECTION = "DownwardAPIProjection" {
        items: [DOWNWARD_API_VOLUME_FILE],
    }
    DOWNWARD_API_VOLUME_FILE = "DownwardAPIVolumeFile" {
        fieldRef: OBJECT_FIELD_SELECTOR, mode: integer, path: string,
        resourceFieldRef: RESOURCE_FIELD_SELECTOR, 37 user: integer,
    }
    POD_CERTIFICATE_PROJECTION = "PodCertificateProjection" {
        34 certificateChainPath: string, 34 credentialBundlePath: string, 34 keyPath: string,
        34 keyType: string, 34 maxExpirationSeconds: integer, 34 signerName: string,
        37 user: integer, 35 userAnnotations: {string},
    }
    SECRET_PROJECTION = "SecretProjection" {
        items: [KEY_TO_PATH], name: secret, optional: boolean,
    }
    SERVICE_ACCOUNT_TOKEN_PROJECTION = "ServiceAccountTokenProjection" {
        audience: string, expirationSeconds: integer, path: string, 37 user: integer,
    }
    CONFIG_MAP_VOLUME_SOURCE = "ConfigMapVolumeSource" {
        defaultMode: integer, 37 defaultUser: integer, items: [KEY_TO_PATH], name: string,
        optional: boolean,
    }
    SECRET_VOLUME_SOURCE = "SecretVolumeSource" {
        defaultMode: integer, 37 defaultUser: integer, items: [KEY_TO_PATH], optional: boolean,
        secretName: secret,
    }
    EPHEMERAL_VOLUME_SOURCE = "EphemeralVolumeSource" {
        volumeClaimTemplate: PERSISTENT_VOLUME_CLAIM_TEMPLATE,
    }
    PERSISTENT_VOLUME_CLAIM_TEMPLATE = "PersistentVolumeClaimTemplate" {
        metadata: OBJECT_META, spec: PERSISTENT_VOLUME_CLAIM_SPEC,
    }
    PERSISTENT_VOLUME_CLAIM_SPEC = "PersistentVolumeClaimSpec" {
        accessModes: [string], dataSource: TYPED_LOCAL_OBJECT_REFERENCE,
        dataSourceRef: TYPED_OBJECT_REFERENCE, resources: VOLUME_RESOURCE_REQUIREMENTS,
        selector: LABEL_SELECTOR, storageClassName: string, volumeAttributesClassName: string,
        volumeMode: string, volumeName: string,
    }
    VOLUME_RESOURCE_REQUIREMENTS = "VolumeResourceRequirements" {
        limits: {quantity}, requests: {quantity},
    }
    DOWNWARD_API_VOLUME_SOURCE = "DownwardAPIVolumeSource" {
        defaultMode: integer, 37 defaultUser: integer, items: [DOWNWARD_API_VOLUME_FILE],
    }
    EMPTY_DIR_VOLUME_SOURCE = "EmptyDirVolumeSource" {
        medium: string, 37 mode: integer, sizeLimit: quantity,
    }
    PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE = "PersistentVolumeClaimVolumeSource" {
        claimName: string, readOnly: boolean,
    }
    IMAGE_VOLUME_SOURCE = "ImageVolumeSource" {
        pullPolicy: string, reference: string,
    }
    CSI_VOLUME_SOURCE = "CSIVolumeSource" {
        driver: string, fsType: string, nodePublishSecretRef: LOCAL_OBJECT_REFERENCE,
        readOnly: boolean, volumeAttributes: {string},
    }
    HOST_PATH_VOLUME_SOURCE = "HostPathVolumeSource" {
        path: string, type: string,
    }
    VOLUME = "Volume" {
        awsElasticBlockStore: AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE,
        azureDisk: AZURE_DISK_VOLUME_SOURCE, azureFile: AZURE_FILE_VOLUME_SOURCE,
        cephfs: CEPH_FS_VOLUME_SOURCE, cinder: CINDER_VOLUME_SOURCE,
        configMap: CONFIG_MAP_VOLUME_SOURCE, csi: CSI_VOLUME_SOURCE,
        downwardAPI: DOWNWARD_API_VOLUME_SOURCE, emptyDir: EMPTY_DIR_VOLUME_SOURCE,
        ephemeral: EPHEMERAL_VOLUME_SOURCE, fc: FC_VOLUME_SOURCE, flexVolume: FLEX_VOLUME_SOURCE,
        flocker: FLOCKER_VOLUME_SOURCE, gcePersistentDisk: GCE_PERSISTENT_DISK_VOLUME_SOURCE,
        gitRepo: GIT_REPO_VOLUME_SOURCE, glusterfs: GLUSTERFS_VOLUME_SOURCE,
        hostPath: HOST_PATH_VOLUME_SOURCE, image: IMAGE_VOLUME_SOURCE, iscsi: ISCSI_VOLUME_SOURCE,
        name: string, nfs: NFS_VOLUME_SOURCE,
        persistentVolumeClaim: PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE,
        photonPersistentDisk: PHOTON_PERSISTENT_DISK_VOLUME_SOURCE,
        portworxVolume: PORTWORX_VOLUME_SOURCE, projected: PROJECTED_VOLUME_SOURCE,
        quobyte: QUOBYTE_VOLUME_SOURCE, rbd: RBD_VOLUME_SOURCE, scaleIO: SCALE_IO_VOLUME_SOURCE,
        secret: SECRET_VOLUME_SOURCE, storageos: STORAGE_OS_VOLUME_SOURCE,
        vsphereVolume: VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE,
    }
    AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE = "AWSElasticBlockStoreVolumeSource" {
        fsType: string, partition: integer, readOnly: boolean, volumeID: string,
    }
    AZURE_DISK_VOLUME_SOURCE = "AzureDiskVolumeSource" {
        cachingMode: string, diskName: string, diskURI: string, fsType: string, kind: string,
        readOnly: boolean,
    }
    AZURE_FILE_VOLUME_SOURCE = "AzureFileVolumeSource" {
        readOnly: boolean, secretName: secret, shareName: string,
    }
    CEPH_FS_VOLUME_SOURCE = "CephFSVolumeSource" {
        monitors: [string], path: string, readOnly: boolean, secretFile: string,
        secretRef: LOCAL_OBJECT_REFERENCE, user: string,
    }
    CINDER_VOLUME_SOURCE = "CinderVolumeSource" {
        fsType: string, readOnly: boolean, secretRef: LOCAL_OBJECT_REFERENCE, volumeID: string,
    }
    FC_VOLUME_SOURCE = "FCVolumeSource" {
        fsType: string, lun: integer, readOnly: boolean, targetWWNs: [string], wwids: [string],
    }
    FLEX_VOLUME_SOURCE = "FlexVolumeSource" {
        driver: string, fsType: string, options: {string}, readOnly: boolean,
        secretRef: LOCAL_OBJECT_REFERENCE,
    }
    FLOCKER_VOLUME_SOURCE = "FlockerVolumeSource" {
        datasetName: string, datasetUUID: string,
    }
    GCE_PERSISTENT_DISK_VOLUME_SOURCE = "GCEPersistentDiskVolumeSource" {
        fsType: string, partition: integer, pdName: string, readOnly: boolean,
    }
    GIT_REPO_VOLUME_SOURCE = "GitRepoVolumeSource" {
        directory: string, repository: string, revision: string,
    }
    GLUSTERFS_VOLUME_SOURCE = "GlusterfsVolumeSource" {
        endpoints: string, path: string, readOnly: boolean,
    }
    ISCSI_VOLUME_SOURCE = "ISCSIVolumeSource" {
        chapAuthDiscovery: boolean, chapAuthSession: boolean, fsType: string,
        initiatorName: string, iqn: string, iscsiInterface: string, lun: integer,
        portals: [string], readOnly: boolean, secretRef: LOCAL_OBJECT_REFERENCE,
        targetPortal: string,
    }
    NFS_VOLUME_SOURCE = "NFSVolumeSource" {
        path: string, readOnly: boolean, server: string,
    }
    PHOTON_PERSISTENT_DISK_VOLUME_SOURCE = "PhotonPersistentDiskVolumeSource" {
        fsType: string, pdID: string,
    }
    PORTWORX_VOLUME_SOURCE = "PortworxVolumeSource" {
        fsType: string, readOnly: boolean, volumeID: string,
    }
    QUOBYTE_VOLUME_SOURCE = "QuobyteVolumeSource" {
        group: string, readOnly: boolean, registry: string, tenant: string, user: string,
        volume: string,
    }
    RBD_VOLUME_SOURCE = "RBDVolumeSource" {
        fsType: string, image: string, keyring: string, monitors: [string], pool: string,
        readOnly: boolean, secretRef: LOCAL_OBJECT_REFERENCE, user: string,
    }
    SCALE_IO_VOLUME_SOURCE = "ScaleIOVolumeSource" {
        fsType: string, gateway: string, protectionDomain: string, readOnly: boolean,
        secretRef: LOCAL_OBJECT_REFERENCE, sslEnabled: boolean, storageMode: string,
        storagePool: string, system: string, volumeName: string,
    }
    STORAGE_OS_VOLUME_SOURCE = "StorageOSVolumeSource" {
        fsType: string, readOnly: boolean, secretRef: LOCAL_OBJECT_REFERENCE, volumeName: string,
        volumeNamespace: string,
    }
    VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE = "VsphereVirtualDiskVolumeSource" {
        fsType: string, storagePolicyID: string, storagePolicyName: string, volumePath: string,
    }
}
