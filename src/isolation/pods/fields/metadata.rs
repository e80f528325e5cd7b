//! Types that more than one other type uses: metadata, selectors, references.

use super::shape::table;

table! {
    OBJECT_META = "ObjectMeta" {
        annotations: {string}, creationTimestamp: string, deletionGracePeriodSeconds: integer,
        deletionTimestamp: string, finalizers: [string], generateName: string,
        generation: integer, labels: {string}, managedFields: [MANAGED_FIELDS_ENTRY],
        name: string, namespace: string, ownerReferences: [OWNER_REFERENCE],
        resourceVersion: string, selfLink: string, uid: string,
    }
    MANAGED_FIELDS_ENTRY = "ManagedFieldsEntry" {
        apiVersion: string, fieldsType: string, fieldsV1: anything, manager: string,
        operation: string, subresource: string, time: string,
    }
    OWNER_REFERENCE = "OwnerReference" {
        apiVersion: string, blockOwnerDeletion: boolean, controller: boolean, kind: string,
        name: string, uid: string,
    }
    LABEL_SELECTOR = "LabelSelector" {
        matchExpressions: [LABEL_SELECTOR_REQUIREMENT], matchLabels: {string},
    }
    LABEL_SELECTOR_REQUIREMENT = "LabelSelectorRequirement" {
        key: string, operator: string, values: [string],
    }
    LOCAL_OBJECT_REFERENCE = "LocalObjectReference" {
        name: secret,
    }
    KEY_TO_PATH = "KeyToPath" {
        key: string, mode: integer, path: string, 37 user: integer,
    }
    OBJECT_FIELD_SELECTOR = "ObjectFieldSelector" {
        apiVersion: string, fieldPath: string,
    }
    RESOURCE_FIELD_SELECTOR = "ResourceFieldSelector" {
        containerName: string, divisor: quantity, resource: string,
    }
    TYPED_LOCAL_OBJECT_REFERENCE = "TypedLocalObjectReference" {
        apiGroup: string, kind: string, name: string,
    }
    TYPED_OBJECT_REFERENCE = "TypedObjectReference" {
        apiGroup: string, kind: string, name: string, namespace: string,
    }
}
